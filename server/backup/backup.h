#ifndef TUNESMITH_SERVER_BACKUP_BACKUP_H_
#define TUNESMITH_SERVER_BACKUP_BACKUP_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "proto/contract/base/clock.h"

namespace tunesmith::server {

struct BackupOptions {
  std::string data_dir;
  // Made where it is missing. One that holds an earlier backup of the same data
  // directory is brought up to date; as long as that has not ended, it still
  // holds the earlier one.
  std::string to;
  // Not owned.
  Clock* clock = nullptr;
  // Called before and after each copy of the database; tests change things
  // there.
  std::function<void()> before_snapshot = [] {};
  std::function<void()> after_snapshot = [] {};
};

struct BackupSummary {
  int64_t artifacts = 0;
  int64_t artifact_bytes = 0;
  // Those that were not there before.
  int64_t new_artifacts = 0;
  // Copies of the database that were made until everything that the last one
  // names was there.
  int snapshots = 0;
};

// Backs a data directory up, whether its server runs or not: its database as it
// is at one moment, and every artifact that it names. Files are shared with the
// data directory where both are on one disk, else copied. FAILED_PRECONDITION
// when `data_dir` is none or `to` is something else, DATA_LOSS when an artifact
// is missing or damaged, RESOURCE_EXHAUSTED (DISK_FULL).
absl::StatusOr<BackupSummary> BackUp(const BackupOptions& options);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_BACKUP_BACKUP_H_
