#include "server/lifecycle/prediction_commands.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "server/catalog/model_catalog.h"
#include "server/lifecycle/lease_effects.h"
#include "server/work/work_queue.h"

namespace tunesmith::server {
namespace {

// Whoever asks repeats the question.
constexpr int kAttempts = 1;

}  // namespace

absl::Status QueueHolder(Transaction& tx, const LifecycleContext& context,
                         const PredictionModel& model,
                         const std::string& item_uid) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::optional<ModelRow> row,
      ModelCatalog::FindByUid(tx.db(), model.tenant, model.uid));
  if (!row.has_value()) {
    return ResourceNotFoundError("model", model.name,
                                 "it was deleted meanwhile");
  }
  NewWorkItem item;
  item.uid = item_uid;
  item.tenant = model.tenant;
  item.subject = model.name;
  // Not the model's: that is its import's, of which there is one.
  item.subject_uid = item_uid;
  item.needs.purpose = v1::Slot::PREDICTION;
  item.max_attempts = kAttempts;
  *item.payload.mutable_predict()->mutable_model() = row->Input();
  TUNESMITH_RETURN_IF_ERROR(WorkQueue::Add(tx, item));
  tx.OnCommit([observer = context.observer] { observer->OnWorkAvailable(); });
  return absl::OkStatus();
}

absl::Status StopHolder(Transaction& tx, const LifecycleContext& context,
                        const std::string& item_uid) {
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<WorkRow> row,
                             WorkQueue::Find(tx.db(), item_uid));
  if (!row.has_value() || !row->leased()) return absl::OkStatus();
  TUNESMITH_RETURN_IF_ERROR(
      WorkQueue::SetStop(tx, item_uid, StopKind::kSuspend));
  NotifyAssignmentsChanged(tx, context, *row);
  return absl::OkStatus();
}

absl::Status RemoveAbandonedCalls(Transaction& tx) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<WorkRow> rows,
                             WorkQueue::ListLeased(tx.db()));
  for (v1::Slot::Purpose purpose :
       {v1::Slot::AUXILIARY, v1::Slot::PREDICTION}) {
    TUNESMITH_ASSIGN_OR_RETURN(std::vector<WorkRow> waiting,
                               WorkQueue::ListWaiting(tx.db(), purpose));
    std::move(waiting.begin(), waiting.end(), std::back_inserter(rows));
  }
  for (const WorkRow& row : rows) {
    if (!row.item.has_preview() && !row.item.has_predict()) continue;
    TUNESMITH_RETURN_IF_ERROR(WorkQueue::Remove(tx, row.uid));
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::server
