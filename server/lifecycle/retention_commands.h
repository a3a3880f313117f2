#ifndef TUNESMITH_SERVER_LIFECYCLE_RETENTION_COMMANDS_H_
#define TUNESMITH_SERVER_LIFECYCLE_RETENTION_COMMANDS_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/lifecycle/context.h"
#include "server/store/store.h"

// Records that have been kept for long enough go, in writes so small that
// others hardly wait for them.

namespace tunesmith::server {

// A place in the order in which a tenant's jobs ended.
struct JobEnd {
  absl::Time time;
  // Of the job, where several ended at once.
  int64_t number = std::numeric_limits<int64_t>::max();
};

// Every tenant that has a job.
absl::StatusOr<std::vector<std::string>> ListTenants(Connection& db);

// The last end that is beyond the newest `kept` of a tenant; unset when it has
// no more than those.
absl::StatusOr<std::optional<JobEnd>> EndBeyond(Connection& db,
                                                const std::string& tenant,
                                                int64_t kept);

// Deletes a tenant's jobs that ended at `last` or before, the oldest first, as
// DeleteJob does: with their checkpoints, events and figures; models stay. At
// most some hundred jobs, and less where they have many events. Returns how
// many; 0 when none is left.
absl::StatusOr<int> RemoveEndedJobs(Transaction& tx,
                                    const LifecycleContext& context,
                                    const std::string& tenant,
                                    const JobEnd& last);

// Deletes the oldest audit records up to `last`, some at a time. Returns how
// many; 0 when none is left.
absl::StatusOr<int> RemoveAuditRecords(Transaction& tx, absl::Time last);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_RETENTION_COMMANDS_H_
