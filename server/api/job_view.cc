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

JobView::JobView(Connection& db, const ApiContext& api, absl::Time now)
    : db_(db), api_(api), queue_(db, api, now) {}

void JobView::CompleteSpec(v1::Job& job) const {
  v1::CheckpointPolicy& policy =
      *job.mutable_resolved_spec()->mutable_checkpoints();
  // The server's own holds for every job whose spec does not say, however old.
  std::optional<absl::Duration> retention = api_.keeper->retention();
  if (!policy.has_retention() && retention.has_value()) {
    *policy.mutable_retention() = ToWireDuration(*retention);
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
              api_.hub->progress({job.tenant(), job.uid()})) {
        *job.mutable_progress() = *std::move(progress);
      }
      return absl::OkStatus();
    default:
      return absl::OkStatus();
  }
}

absl::Status JobView::CompleteQueued(v1::Job& job) {
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<v1::Wait> wait, queue_.WaitOf(job));
  if (wait.has_value()) *job.mutable_wait() = *std::move(wait);
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
      unready, api_.workers->CouldRun({.purpose = v1::Slot::AUXILIARY}));
  return absl::OkStatus();
}

}  // namespace tunesmith::server
