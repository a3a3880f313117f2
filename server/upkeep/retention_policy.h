#ifndef TUNESMITH_SERVER_UPKEEP_RETENTION_POLICY_H_
#define TUNESMITH_SERVER_UPKEEP_RETENTION_POLICY_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"

namespace tunesmith::server {

// How long what is kept stays; what is unset, for good.
struct RetentionPolicy {
  // Checkpoints of an ended job, where its spec does not say.
  std::optional<absl::Duration> checkpoints = absl::Hours(7 * 24);
  // Records of jobs, from their end on.
  std::optional<absl::Duration> jobs;
  // Each tenant keeps so many ended jobs, those that ended last; 0: all.
  int64_t max_ended_jobs = 0;
  std::optional<absl::Duration> audit_records;
  // Files that nothing refers to, from when they were moved aside on.
  absl::Duration quarantined = absl::Hours(7 * 24);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_UPKEEP_RETENTION_POLICY_H_
