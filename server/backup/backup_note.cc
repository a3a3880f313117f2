#include "server/backup/backup_note.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "proto/artifact/durable_file.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::server {
namespace {

constexpr int kVersion = 1;
constexpr int64_t kMaxNoteBytes = 64 << 10;

}  // namespace

std::string NotePathOf(const std::string& backup) {
  return backup + "/backup.json";
}

absl::StatusOr<BackupNote> ReadBackupNote(const std::string& backup) {
  const std::string path = NotePathOf(backup);
  TUNESMITH_ASSIGN_OR_RETURN(std::string text, ReadFile(path, kMaxNoteBytes));
  nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  const absl::Status damaged =
      absl::DataLossError(absl::StrCat("not the note of a backup: ", path));
  if (!json.is_object() || !json.contains("version") ||
      !json["version"].is_number_integer()) {
    return damaged;
  }
  if (json["version"] > kVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the backup was made by a newer version of Tunesmith: ", backup));
  }
  BackupNote note;
  const std::pair<const char*, std::string*> texts[] = {
      {"id", &note.id},
      {"time", &note.time},
      {"database", &note.database},
      {"database_sha256", &note.database_sha256}};
  for (const auto& [field, value] : texts) {
    if (!json.contains(field) || !json[field].is_string()) return damaged;
    *value = json[field].get<std::string>();
  }
  const std::pair<const char*, int64_t*> numbers[] = {
      {"artifacts", &note.artifacts}, {"artifact_bytes", &note.artifact_bytes}};
  for (const auto& [field, value] : numbers) {
    if (!json.contains(field) || !json[field].is_number_integer()) {
      return damaged;
    }
    *value = json[field].get<int64_t>();
  }
  // It is opened: nothing outside of the backup.
  if (note.database.rfind("db/", 0) != 0 ||
      note.database.find("..") != std::string::npos) {
    return damaged;
  }
  return note;
}

absl::Status WriteBackupNote(const std::string& backup,
                             const BackupNote& note) {
  nlohmann::json json = {{"version", kVersion},
                         {"id", note.id},
                         {"time", note.time},
                         {"database", note.database},
                         {"database_sha256", note.database_sha256},
                         {"artifacts", note.artifacts},
                         {"artifact_bytes", note.artifact_bytes}};
  return WriteFileDurably(NotePathOf(backup), json.dump(2) + "\n");
}

}  // namespace tunesmith::server
