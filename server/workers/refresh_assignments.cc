#include "server/workers/refresh_assignments.h"

#include <optional>
#include <utility>
#include <vector>

#include "server/workers/job_subject.h"
#include "server/workers/worker_registry.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

// The worker hears of new leases only now: their terms begin, however long this
// reading took.
void StartTerms(const WorkersContext& context,
                const std::vector<WorkRow>& rows) {
  for (const WorkRow& row : rows) {
    if (!context.registry->IsConnected(row.worker_id, row.worker_boot) ||
        context.registry->FindAssignment(row.worker_id, row.lease()) !=
            nullptr) {
      continue;
    }
    context.lifecycle.leases->RenewIfHeld(
        row.lease(), context.clock->Monotonic() + context.lease_term);
  }
}

void ReadOnce(const WorkersContext& context, const std::string& worker_id,
              Connection& db) {
  absl::StatusOr<std::vector<WorkRow>> rows =
      WorkQueue::ListLeasedTo(db, worker_id);
  if (!rows.ok()) {
    spdlog::error("assignments not read worker={} error=\"{}\"", worker_id,
                  rows.status().ToString());
    return;
  }
  // Before its slots are offered again. Where a lease ran out, this is what
  // keeps the next attempt from going the same way.
  context.registry->EvictIfSilent(worker_id, context.lease_term);
  StartTerms(context, *rows);
  for (const WorkerRegistry::Assignment& ended :
       context.registry->ReplaceAssignments(worker_id, *std::move(rows))) {
    // A report may have come between the end of the attempt and now.
    if (std::optional<JobKey> job = JobOf(*ended)) {
      context.lifecycle.hub->ClearProgress(*job);
    }
  }
}

void ReadAgain(const WorkersContext& context, const std::string& worker_id) {
  context.store->Read([&context, worker_id](Connection& db) {
    ReadOnce(context, worker_id, db);
    if (context.registry->EndRefresh(worker_id)) ReadAgain(context, worker_id);
  });
}

}  // namespace

void RefreshAssignments(const WorkersContext& context,
                        const std::string& worker_id) {
  if (context.registry->BeginRefresh(worker_id)) ReadAgain(context, worker_id);
}

}  // namespace tunesmith::server
