#ifndef TUNESMITH_SERVER_BACKUP_BACKUP_NOTE_H_
#define TUNESMITH_SERVER_BACKUP_BACKUP_NOTE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tunesmith::server {

// What makes a directory a backup, written last. A backup consists of
//   backup.json        this note
//   db/{...}.sqlite3   the database that the note names
//   artifacts/         what its records refer to, as in a data directory
struct BackupNote {
  // Of the data directory.
  std::string id;
  // RFC 3339.
  std::string time;
  // Relative to the backup.
  std::string database;
  std::string database_sha256;
  int64_t artifacts = 0;
  int64_t artifact_bytes = 0;
};

std::string NotePathOf(const std::string& backup);

// NOT_FOUND when there is none, DATA_LOSS when it is damaged,
// FAILED_PRECONDITION when it is of a newer version.
absl::StatusOr<BackupNote> ReadBackupNote(const std::string& backup);
absl::Status WriteBackupNote(const std::string& backup, const BackupNote& note);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_BACKUP_BACKUP_NOTE_H_
