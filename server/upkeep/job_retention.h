#ifndef TUNESMITH_SERVER_UPKEEP_JOB_RETENTION_H_
#define TUNESMITH_SERVER_UPKEEP_JOB_RETENTION_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/lifecycle/context.h"
#include "server/lifecycle/retention_commands.h"
#include "server/store/store.h"
#include "server/upkeep/retention_policy.h"

namespace tunesmith::server {

// Deletes records of ended jobs, and of who did what, that have been kept for
// long enough or are too many. One thread calls it; it waits for the store.
class JobRetention {
 public:
  // `store` is not owned and outlives it, and so does what `context` names.
  JobRetention(Store* store, LifecycleContext context, RetentionPolicy policy)
      : store_(store), context_(std::move(context)), policy_(policy) {}

  // `now`: the time that it goes by. `should_stop` is asked between writes;
  // what went until then is gone.
  absl::Status RunOnce(absl::Time now,
                       const std::function<bool()>& should_stop);

 private:
  // One write that removes some; 0 when it found none.
  using RemoveFn = std::function<absl::StatusOr<int>(Transaction&)>;

  absl::Status SweepTenant(const std::string& tenant, absl::Time now,
                           const std::function<bool()>& should_stop);
  absl::StatusOr<int64_t> RemoveAll(const RemoveFn& remove,
                                    const std::function<bool()>& should_stop);

  Store* const store_;
  const LifecycleContext context_;
  const RetentionPolicy policy_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_UPKEEP_JOB_RETENTION_H_
