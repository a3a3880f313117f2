#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_DATA_SOURCE_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_DATA_SOURCE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/base/command_context.h"
#include "client/cli/commands/format_flags.h"
#include "client/cpp/upload.h"

namespace tunesmith::cli {

// Whether `source` names a dataset ("datasets/...") and not a local file.
bool IsDatasetName(const std::string& source);

// Whether `source` is, or is going to be, a dataset of pictures: a folder, an
// archive, or such a `datasets/...`. One that is not known is none; the server
// will say so.
bool IsOfPictures(CommandContext& context, const std::string& source);

// The local files of a job's data.
struct SplitFiles {
  std::string training;
  // Empty: none.
  std::string validation;
  std::string test;
  // Names of others in the folder.
  std::vector<std::string> unused;
};

// Looks for tables in a local folder that are named by split: train.csv,
// val.jsonl.gz, test-00000-of-00001.parquet. nullopt: it holds none, and is
// taken for one of pictures. INVALID_ARGUMENT where the folder can mean several
// things: two tables for one split, none for training, folders beside tables.
absl::StatusOr<std::optional<SplitFiles>> FindSplitFiles(
    const std::string& folder);

// Uploads a file and shows how far it is.
absl::StatusOr<v1::Dataset> UploadShown(CommandContext& context,
                                        const std::string& path,
                                        client::UploadOptions options);

// Waits until a worker has read a dataset, and shows what it found.
absl::StatusOr<v1::Dataset> AwaitShown(CommandContext& context,
                                       const std::string& name);

// The name of the dataset that `source` stands for; a local file, to be read as
// `format` says, is uploaded first, unless the server has it, and its
// inspection awaited.
absl::StatusOr<std::string> DatasetFor(CommandContext& context,
                                       const std::string& source,
                                       const v1::DatasetFormat& format = {});

// Puts the dataset's name in the place of each source that is not empty.
// INVALID_ARGUMENT: none of them is local, and `format` says how to read.
absl::Status UploadSources(CommandContext& context, const FormatFlags& format,
                           const std::vector<std::string*>& sources);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_DATA_SOURCE_H_
