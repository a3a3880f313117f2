#include "server/api/job_view.h"

#include <optional>
#include <utility>

#include "proto/contract/base/status_macros.h"
#include "proto/contract/resource_name.h"
#include "server/api/wait_reason.h"
#include "server/catalog/dataset_catalog.h"
#include "server/catalog/model_catalog.h"
#include "server/lifecycle/wire_time.h"

namespace tunesmith::server {
namespace {

bool IsReady(Connection& db, const std::string& tenant,
             const std::string& name) {
  if (absl::StatusOr<std::string> id =
          ParseResourceName(ResourceKind::kModel, name);
      id.ok()) {
    absl::StatusOr<ModelRow> row = ModelCatalog::Get(db, tenant, *id);
    return row.ok() && row->model.state() == v1::Model::READY;
  }
  if (absl::StatusOr<std::string> id =
          ParseResourceName(ResourceKind::kDataset, name);
      id.ok()) {
    absl::StatusOr<DatasetRow> row = DatasetCatalog::Get(db, tenant, *id);
    return row.ok() && row->dataset.state() == v1::Dataset::READY;
  }
  return true;
}

}  // namespace

JobView::JobView(Connection& db, const WatchHub* hub,
                 const WorkerDirectory* workers,
                 std::optional<absl::Duration> checkpoint_retention,
                 absl::Time now)
    : db_(db),
      hub_(hub),
      workers_(workers),
      checkpoint_retention_(checkpoint_retention),
      now_(now) {}

void JobView::CompleteSpec(v1::Job& job) const {
  v1::CheckpointPolicy& policy =
      *job.mutable_resolved_spec()->mutable_checkpoints();
  // The server's own holds for every job whose spec does not say, however old.
  if (!policy.has_retention() && checkpoint_retention_.has_value()) {
    *policy.mutable_retention() = ToWireDuration(*checkpoint_retention_);
  }
}

absl::Status JobView::Complete(v1::Job& job) {
  CompleteSpec(job);
  switch (job.state()) {
    case v1::Job::VALIDATING:
      return CompleteValidating(job);
    case v1::Job::QUEUED:
      return CompleteQueued(job);
    case v1::Job::RUNNING:
    case v1::Job::PAUSING:
    case v1::Job::CANCELLING:
      if (std::optional<v1::Progress> progress =
              hub_->progress({job.tenant(), job.uid()})) {
        *job.mutable_progress() = *std::move(progress);
      }
      return absl::OkStatus();
    default:
      return absl::OkStatus();
  }
}

absl::Status JobView::LoadQueue() {
  if (queue_loaded_) return absl::OkStatus();
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<WorkRow> rows,
                             WorkQueue::ListWaiting(db_));
  for (WorkRow& row : rows) {
    if (row.needs.purpose != v1::Slot::TRAINING) continue;
    places_[row.subject_uid] = queue_.size();
    queue_.push_back(std::move(row));
  }
  known_workers_ = workers_->List();
  queue_loaded_ = true;
  return absl::OkStatus();
}

absl::Status JobView::CompleteQueued(v1::Job& job) {
  TUNESMITH_RETURN_IF_ERROR(LoadQueue());
  auto place = places_.find(job.uid());
  // A queued job has a waiting item in every consistent snapshot.
  if (place == places_.end()) return absl::OkStatus();
  const WorkRow& row = queue_[place->second];
  QueuedFacts facts;
  facts.position = static_cast<int>(place->second) + 1;
  facts.attempt = row.attempt;
  facts.not_before = row.not_before;
  facts.now = now_;
  facts.needs = row.needs;
  facts.workers = known_workers_;
  *job.mutable_wait() = QueuedWait(facts);
  return absl::OkStatus();
}

absl::Status JobView::CompleteValidating(v1::Job& job) {
  std::vector<std::string> unready;
  const v1::Data& data = job.spec().data();
  for (const std::string& name : {job.spec().base_model(), data.training(),
                                  data.validation(), data.test()}) {
    if (!name.empty() && !IsReady(db_, job.tenant(), name)) {
      unready.push_back(name);
    }
  }
  *job.mutable_wait() = ValidatingWait(
      unready, workers_->CouldRun({.purpose = v1::Slot::AUXILIARY}));
  return absl::OkStatus();
}

}  // namespace tunesmith::server
