#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_DATA_SOURCE_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_DATA_SOURCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/cli/base/command_context.h"
#include "client/cpp/upload.h"

namespace tunesmith::cli {

// Whether `source` names a dataset ("datasets/...") and not a local file.
bool IsDatasetName(const std::string& source);

// Whether `source` is, or is going to be, a dataset of pictures: a folder, an
// archive, or such a `datasets/...`. One that is not known is none; the server
// will say so.
bool IsOfPictures(CommandContext& context, const std::string& source);

// Uploads a file and shows how far it is.
absl::StatusOr<v1::Dataset> UploadShown(CommandContext& context,
                                        const std::string& path,
                                        client::UploadOptions options);

// Waits until a worker has read a dataset, and shows what it found.
absl::StatusOr<v1::Dataset> AwaitShown(CommandContext& context,
                                       const std::string& name);

// The name of the dataset that `source` stands for; a local file is uploaded
// first, unless the server has it, and its inspection awaited.
absl::StatusOr<std::string> DatasetFor(CommandContext& context,
                                       const std::string& source);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_DATA_SOURCE_H_
