#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands/data_source.h"
#include "proto/contract/base/split_name.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/dataset_kind.h"

namespace tunesmith::cli {
namespace {

namespace fs = std::filesystem;

// What a folder holds at its top, hidden entries left out, by name.
struct FolderTop {
  std::vector<std::string> tables;
  std::vector<std::string> other_files;
  std::vector<std::string> folders;
};

bool IsTable(std::string_view file_name) {
  const v1::DatasetFormat::Kind kind = DatasetKindOf(file_name);
  return kind != v1::DatasetFormat::KIND_UNSPECIFIED &&
         kind != v1::DatasetFormat::IMAGES;
}

absl::StatusOr<FolderTop> ReadTop(const std::string& folder) {
  FolderTop top;
  std::error_code error;
  fs::directory_iterator it(folder, error), end;
  for (; !error && it != end; it.increment(error)) {
    std::string name = it->path().filename().string();
    if (name.starts_with(".")) continue;
    std::error_code ignored;
    if (it->is_directory(ignored)) {
      top.folders.push_back(std::move(name));
    } else if (IsTable(name)) {
      top.tables.push_back(std::move(name));
    } else {
      top.other_files.push_back(std::move(name));
    }
  }
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrCat("reading directory ", folder, ": ", error.message()));
  }
  for (auto* names : {&top.tables, &top.other_files, &top.folders}) {
    std::sort(names->begin(), names->end());
  }
  return top;
}

// A single shard's number, as the Hugging Face Hub writes it, says nothing.
std::string_view WithoutShard(std::string_view stem) {
  constexpr std::string_view kWholeTable = "-00000-of-00001";
  if (stem.ends_with(kWholeTable)) stem.remove_suffix(kWholeTable.size());
  return stem;
}

std::optional<SplitRole> RoleOf(std::string_view table) {
  table.remove_suffix(DatasetEnding(table).size());
  return ParseSplitName(WithoutShard(table));
}

// README.md and the like are no data.
bool HoldsOnlyTables(const FolderTop& top) {
  return top.folders.empty() &&
         std::none_of(top.other_files.begin(), top.other_files.end(),
                      [](const std::string& name) {
                        const std::string ending = absl::AsciiStrToLower(
                            fs::path(name).extension().string());
                        return ending == ".jpg" || ending == ".jpeg" ||
                               ending == ".png" || ending == ".webp" ||
                               ending == ".bmp" || ending == ".gif" ||
                               ending == ".tif" || ending == ".tiff";
                      });
}

absl::Status Unclear(const std::string& folder, const std::string& why) {
  return absl::InvalidArgumentError(absl::StrCat(folder, " ", why));
}

}  // namespace

absl::StatusOr<std::optional<SplitFiles>> FindSplitFiles(
    const std::string& folder) {
  TUNESMITH_ASSIGN_OR_RETURN(FolderTop top, ReadTop(folder));
  SplitFiles files;
  const std::array<std::string*, 3> places = {&files.training,
                                              &files.validation, &files.test};
  bool named = false;
  for (const std::string& table : top.tables) {
    const std::optional<SplitRole> role = RoleOf(table);
    if (!role.has_value()) {
      files.unused.push_back(table);
      continue;
    }
    named = true;
    std::string& place = *places[static_cast<size_t>(*role)];
    if (!place.empty()) {
      return Unclear(folder, absl::StrCat("holds two tables for one split, ",
                                          fs::path(place).filename().string(),
                                          " and ", table,
                                          ": name the files with --train, "
                                          "--validation and --test"));
    }
    place = (fs::path(folder) / table).string();
  }
  if (top.tables.empty() || (!named && !HoldsOnlyTables(top))) {
    return std::nullopt;
  }
  if (!HoldsOnlyTables(top)) {
    return Unclear(
        folder,
        absl::StrCat("holds pictures or folders beside tables: for tables name "
                     "the files, such as --train ",
                     (fs::path(folder) / top.tables[0]).string(),
                     "; for pictures say with --manifest which table has their "
                     "labels"));
  }
  if (files.training.empty()) {
    return Unclear(folder,
                   absl::StrCat("holds tables and none is named train: ",
                                absl::StrJoin(top.tables, ", "),
                                ": name one with --train"));
  }
  files.unused.insert(files.unused.end(), top.other_files.begin(),
                      top.other_files.end());
  return files;
}

}  // namespace tunesmith::cli
