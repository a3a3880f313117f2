#include "server/lifecycle/lease_effects.h"

#include <optional>

#include "proto/contract/base/status_macros.h"
#include "server/lifecycle/attempt_place.h"

namespace tunesmith::server {

void NotifyLeaseEnded(Transaction& tx, const LifecycleContext& context,
                      const WorkRow& row) {
  tx.OnCommit([leases = context.leases, lease = row.lease()] {
    leases->Remove(lease);
  });
  NotifyAssignmentsChanged(tx, context, row);
}

void NotifyAssignmentsChanged(Transaction& tx, const LifecycleContext& context,
                              const WorkRow& row) {
  tx.OnCommit([observer = context.observer, worker = row.worker_id] {
    observer->OnAssignmentsChanged(worker);
  });
}

void NotifyArtifactReleased(Transaction& tx, const LifecycleContext& context,
                            const std::string& key) {
  tx.OnCommit([observer = context.observer, key] {
    observer->OnArtifactReleased(key);
  });
}

void NotifyArtifactGroupClosed(Transaction& tx, const LifecycleContext& context,
                               const std::string& group) {
  tx.OnCommit([observer = context.observer, group] {
    observer->OnArtifactGroupClosed(group);
  });
}

absl::Status RemoveItem(Transaction& tx, const LifecycleContext& context,
                        const std::string& item_uid) {
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<WorkRow> row,
                             WorkQueue::Find(tx.db(), item_uid));
  if (!row.has_value()) return absl::OkStatus();
  TUNESMITH_RETURN_IF_ERROR(WorkQueue::Remove(tx, item_uid));
  ForgetPlaceFaults(context, item_uid);
  if (row->leased()) NotifyLeaseEnded(tx, context, *row);
  return absl::OkStatus();
}

absl::Status RemoveWorkOf(Transaction& tx, const LifecycleContext& context,
                          const std::string& tenant,
                          const std::string& subject_uid) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::optional<WorkRow> row,
      WorkQueue::FindBySubject(tx.db(), tenant, subject_uid));
  if (!row.has_value()) return absl::OkStatus();
  return RemoveItem(tx, context, row->uid);
}

}  // namespace tunesmith::server
