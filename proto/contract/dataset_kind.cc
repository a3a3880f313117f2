#include "proto/contract/dataset_kind.h"

#include "absl/strings/match.h"

namespace tunesmith {
namespace {

using v1::DatasetFormat;

struct Ending {
  std::string_view text;
  DatasetFormat::Kind kind;
  // With .gz or .zst behind it as well.
  bool compressed;
};

constexpr Ending kEndings[] = {
    {".csv", DatasetFormat::CSV, true},
    {".tsv", DatasetFormat::TSV, true},
    {".jsonl", DatasetFormat::JSONL, true},
    {".ndjson", DatasetFormat::JSONL, true},
    {".json", DatasetFormat::JSON, true},
    {".parquet", DatasetFormat::PARQUET, false},
    {".zip", DatasetFormat::IMAGES, false},
    {".tar", DatasetFormat::IMAGES, true},
    {".tgz", DatasetFormat::IMAGES, false},
};

constexpr std::string_view kCompressions[] = {".gz", ".zst"};

// Formats that people have and that are not read.
constexpr struct {
  std::string_view ending;
  const char* advice;
} kAdvice[] = {
    {".xlsx", "save the sheet as CSV"},
    {".xls", "save the sheet as CSV"},
    {".ods", "save the sheet as CSV"},
    {".arrow", "save the table as Parquet"},
    {".feather", "save the table as Parquet"},
    {".rar", "pack the pictures as zip or tar"},
    {".7z", "pack the pictures as zip or tar"},
    {".bz2", "compress it with gzip or zstd"},
    {".xz", "compress it with gzip or zstd"},
    {".gz",
     "the name must tell what is inside, such as x.csv.gz, or the format must "
     "be given"},
    {".zst",
     "the name must tell what is inside, such as x.csv.zst, or the format must "
     "be given"},
};

bool EndsWith(std::string_view text, std::string_view ending) {
  return absl::EndsWithIgnoreCase({text.data(), text.size()},
                                  {ending.data(), ending.size()});
}

const Ending* Find(std::string_view file_name) {
  for (const Ending& ending : kEndings) {
    if (EndsWith(file_name, ending.text)) return &ending;
  }
  return nullptr;
}

struct Found {
  const Ending* ending = nullptr;
  size_t bytes = 0;
};

Found FindEnding(std::string_view file_name) {
  if (const Ending* ending = Find(file_name)) {
    return {ending, ending->text.size()};
  }
  for (std::string_view compression : kCompressions) {
    if (!EndsWith(file_name, compression)) continue;
    file_name.remove_suffix(compression.size());
    const Ending* ending = Find(file_name);
    if (ending == nullptr || !ending->compressed) return {};
    return {ending, ending->text.size() + compression.size()};
  }
  return {};
}

}  // namespace

DatasetFormat::Kind DatasetKindOf(std::string_view file_name) {
  const Found found = FindEnding(file_name);
  return found.ending == nullptr ? DatasetFormat::KIND_UNSPECIFIED
                                 : found.ending->kind;
}

std::string_view DatasetEnding(std::string_view file_name) {
  return file_name.substr(file_name.size() - FindEnding(file_name).bytes);
}

std::string UnknownKindAdvice(std::string_view file_name) {
  for (const auto& row : kAdvice) {
    if (EndsWith(file_name, row.ending)) return row.advice;
  }
  return "known endings are .csv, .tsv, .jsonl, .ndjson and .json, also with "
         ".gz or .zst, .parquet, and .zip, .tar, .tar.gz, .tgz and .tar.zst "
         "for "
         "pictures";
}

}  // namespace tunesmith
