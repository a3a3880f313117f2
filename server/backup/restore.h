#ifndef TUNESMITH_SERVER_BACKUP_RESTORE_H_
#define TUNESMITH_SERVER_BACKUP_RESTORE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace tunesmith::server {

struct RestoreOptions {
  // A directory that BackUp made.
  std::string from;
  // Missing or empty.
  std::string to;
};

struct RestoreSummary {
  // Of the backup.
  std::string time;
  int64_t artifacts = 0;
  int64_t artifact_bytes = 0;
};

// Makes a data directory of a backup, and checks every byte of it before it
// can be started. Leases that were granted when the backup was made are worth
// nothing any more: what ran then waits and runs again from its last
// checkpoint. DATA_LOSS when something is missing or damaged;
// FAILED_PRECONDITION when `from` is no backup or `to` is not empty.
absl::StatusOr<RestoreSummary> Restore(const RestoreOptions& options);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_BACKUP_RESTORE_H_
