#include "server/workers/attempt_starter.h"

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "server/lifecycle/drain_commands.h"
#include "server/lifecycle/work_commands.h"
#include "server/workers/lease_clock.h"
#include "server/workers/worker_registry.h"

namespace tunesmith::server {

absl::Status AttemptStarter::OnLeased(Transaction& tx, const WorkRow& row) {
  if (!context_->registry->IsConnected(row.worker_id, row.worker_boot)) {
    return absl::UnavailableError(
        absl::StrCat("the worker is gone, id: ", row.worker_id));
  }
  // Since its slot was offered.
  TUNESMITH_ASSIGN_OR_RETURN(bool drained, IsDrained(tx.db(), row.worker_id));
  if (drained) {
    return absl::UnavailableError(
        absl::StrCat("the worker is drained, id: ", row.worker_id));
  }
  // Before the effects of StartAttempt: the first report may follow them at
  // once.
  tx.OnCommit(
      [context = context_, lease = row.lease(), worker = row.worker_id] {
        context->lifecycle.leases->Renew(
            lease, worker, context->clock->Monotonic() + context->lease_term);
        context->lease_clock->Wake();
      });
  return StartAttempt(tx, context_->lifecycle, row);
}

absl::Status AttemptStarter::OnPreempted(Transaction& tx,
                                         const Preempted& preempted) {
  return PreemptAttempt(tx, context_->lifecycle, preempted.running,
                        preempted.waiting.subject);
}

}  // namespace tunesmith::server
