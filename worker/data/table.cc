#include "worker/data/table.h"

#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/utf8.h"
#include "worker/data/delimited_reader.h"
#include "worker/data/image_table.h"
#include "worker/data/json_reader.h"
#include "worker/data/jsonl_reader.h"
#include "worker/data/parquet_reader.h"

namespace tunesmith::worker {

absl::StatusOr<std::unique_ptr<TableReader>> OpenTable(
    const std::string& path, const TableFormat& format) {
  switch (format.kind) {
    case TableKind::kCsv:
    case TableKind::kTsv:
      return OpenDelimited(path, format);
    case TableKind::kJsonl:
      return OpenJsonl(path, format.encoding);
    case TableKind::kJson:
      return OpenJson(path, format.encoding);
    case TableKind::kParquet:
      return OpenParquet(path);
    case TableKind::kImages:
      return OpenImageTable(path, {format.manifest, format.encoding});
  }
  return absl::InternalError("unknown table format");
}

std::vector<std::string> UniqueColumnNames(std::vector<std::string> names) {
  std::unordered_set<std::string> taken;
  for (size_t i = 0; i < names.size(); ++i) {
    std::string name(CutAtCharacter(names[i], kMaxColumnNameBytes));
    if (name.empty()) name = absl::StrCat("column_", i + 1);
    std::string unique = name;
    for (int copy = 2; !taken.insert(unique).second; ++copy) {
      unique = absl::StrCat(name, "_", copy);
    }
    names[i] = std::move(unique);
  }
  return names;
}

}  // namespace tunesmith::worker
