#ifndef TUNESMITH_SERVER_WORKERS_ATTEMPT_STARTER_H_
#define TUNESMITH_SERVER_WORKERS_ATTEMPT_STARTER_H_

#include "absl/status/status.h"
#include "server/work/scheduler.h"
#include "server/workers/context.h"

namespace tunesmith::server {

// Makes an attempt of every lease that the scheduler writes. Stateless.
class AttemptStarter : public LeaseSink {
 public:
  explicit AttemptStarter(const WorkersContext* context) : context_(context) {}

  // UNAVAILABLE when the worker went away, started anew, or was drained, since
  // its slot was offered: nobody would run the item. The worker hears of the
  // lease through LifecycleObserver::OnAssignmentsChanged.
  absl::Status OnLeased(Transaction& tx, const WorkRow& row) override;

  absl::Status OnPreempted(Transaction& tx,
                           const Preempted& preempted) override;

 private:
  const WorkersContext* const context_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORKERS_ATTEMPT_STARTER_H_
