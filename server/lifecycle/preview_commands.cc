#include "server/lifecycle/preview_commands.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/base/nearest_name.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "server/jobs/augmentation_defaults.h"
#include "server/jobs/check_spec.h"
#include "server/jobs/field_scope.h"
#include "server/lifecycle/job_inputs.h"
#include "server/lifecycle/lease_effects.h"

namespace tunesmith::server {
namespace {

using internal::v1::PreviewWork;

constexpr int kMaxSamples = 64;
constexpr int kMaxEpochs = 16;
constexpr int kMaxSkip = std::numeric_limits<int32_t>::max();
constexpr int kDefaultSamples = 6;
constexpr int kDefaultEpochs = 5;
constexpr int64_t kDefaultSeed = 42;
// Of a work item: no page, but samples that are spread over the dataset.
constexpr int kSpread = -1;
constexpr size_t kMaxColumnBytes = 256;
// Somebody waits: before whatever else an auxiliary slot is for.
constexpr int kPriority = 1000;
// A second one where the worker of the first is lost.
constexpr int kAttempts = 2;

// The model and the dataset; NOT_FOUND that names both where both are unknown.
absl::StatusOr<JobInputs> LoadInputs(
    Connection& db, const std::string& tenant,
    const v1::PreviewAugmentationRequest& request) {
  v1::JobSpec spec;
  spec.set_base_model(request.base_model());
  spec.mutable_data()->set_training(request.dataset());
  return LoadJobInputs(db, tenant, spec);
}

absl::Status CheckReady(const JobInputs& inputs) {
  std::vector<std::string> problems;
  const v1::Model& model = inputs.model.model;
  if (model.state() != v1::Model::READY) {
    problems.push_back(absl::StrCat(
        "model is ", v1::Model::State_Name(model.state()), ": ", model.name()));
  }
  const v1::Dataset& dataset = inputs.training.dataset;
  if (dataset.state() != v1::Dataset::READY) {
    problems.push_back(absl::StrCat("dataset is ",
                                    v1::Dataset::State_Name(dataset.state()),
                                    ": ", dataset.name()));
  }
  if (problems.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   v1::ERROR_REASON_RESOURCE_NOT_READY,
                   absl::StrJoin(problems, "; "));
}

// What is wrong with the column of a dataset of pictures; empty: nothing.
std::string ColumnProblem(const v1::Dataset& dataset,
                          const std::string& column) {
  std::vector<std::string> names;
  for (const v1::DatasetColumn& known : dataset.columns()) {
    if (known.name() == column) return "";
    names.push_back(known.name());
  }
  std::string text =
      absl::StrCat("unknown column of ", dataset.name(), ": ", Quoted(column));
  std::string nearest = NearestName(column, names);
  if (!nearest.empty()) {
    absl::StrAppend(&text, " (did you mean ", Quoted(nearest), "?)");
  }
  return text;
}

// `reason` is that of the first problem.
absl::Status CheckPictures(const JobInputs& inputs, const PreviewWork& work) {
  std::vector<FieldViolation> violations;
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  auto add = [&](const char* field, std::string text, v1::ErrorReason why) {
    if (violations.empty()) reason = why;
    violations.push_back({field, std::move(text)});
  };
  if (!inputs.model.model.has_image_input()) {
    add("base_model",
        "model is no network of pictures: " + inputs.model.model.name(),
        v1::ERROR_REASON_TASK_NOT_SUPPORTED);
  }
  const v1::Dataset& dataset = inputs.training.dataset;
  if (dataset.format().kind() != v1::DatasetFormat::IMAGES) {
    add("dataset", "dataset holds no pictures: " + dataset.name(),
        v1::ERROR_REASON_INVALID_FIELD);
  } else if (std::string problem = ColumnProblem(dataset, work.image_column());
             !problem.empty()) {
    add("image_column", std::move(problem), v1::ERROR_REASON_UNKNOWN_COLUMN);
  }
  if (violations.empty()) return absl::OkStatus();
  return InvalidFieldsError(violations, reason);
}

// What the request says, and defaults; the inputs are left to the caller.
PreviewWork RequestedWork(const v1::PreviewAugmentationRequest& request) {
  PreviewWork work;
  work.set_seed(request.has_seed() ? request.seed() : kDefaultSeed);
  work.set_samples(request.has_samples() ? request.samples() : kDefaultSamples);
  work.set_epochs(request.has_epochs() ? request.epochs() : kDefaultEpochs);
  work.set_skip(request.has_skip() ? request.skip() : kSpread);
  work.set_image_column(request.has_image_column() ? request.image_column()
                                                   : kDefaultImageColumn);
  *work.mutable_augmentation() = request.has_augmentation()
                                     ? request.augmentation()
                                     : DefaultAugmentation(/*head_only=*/false);
  FillAugmentation(*work.mutable_augmentation());
  return work;
}

// Whether a record that was looked up by name is the artifact's.
template <typename Row>
absl::Status CheckSame(const absl::StatusOr<Row>& row, const char* type,
                       const std::string& name,
                       const internal::v1::Artifact& artifact) {
  if (!row.ok() && !absl::IsNotFound(row.status())) return row.status();
  if (row.ok() && row->artifact.key() == artifact.key()) {
    return absl::OkStatus();
  }
  return ResourceNotFoundError(type, name, "it was deleted meanwhile");
}

}  // namespace

absl::Status CheckPreviewAugmentation(
    const v1::PreviewAugmentationRequest& request) {
  std::vector<FieldViolation> violations;
  FieldScope scope("", &violations);
  scope.CheckName("base_model", request.base_model(), ResourceKind::kModel,
                  /*required=*/true);
  scope.CheckName("dataset", request.dataset(), ResourceKind::kDataset,
                  /*required=*/true);
  if (request.has_augmentation()) {
    CheckAugmentation(request.augmentation(), scope.At("augmentation"));
  }
  if (request.has_samples()) {
    scope.CheckInteger("samples", request.samples(), 1, kMaxSamples);
  }
  if (request.has_epochs()) {
    scope.CheckInteger("epochs", request.epochs(), 1, kMaxEpochs);
  }
  if (request.has_skip()) {
    scope.CheckInteger("skip", request.skip(), 0, kMaxSkip);
  }
  if (request.has_image_column() &&
      (request.image_column().empty() ||
       request.image_column().size() > kMaxColumnBytes)) {
    scope.Add("image_column",
              absl::StrCat("must have 1 to ", kMaxColumnBytes, " bytes"));
  }
  return violations.empty() ? absl::OkStatus() : InvalidFieldsError(violations);
}

absl::StatusOr<PreviewWork> QueuePreview(
    Transaction& tx, const LifecycleContext& context, const std::string& tenant,
    const v1::PreviewAugmentationRequest& request,
    const std::string& item_uid) {
  TUNESMITH_ASSIGN_OR_RETURN(JobInputs inputs,
                             LoadInputs(tx.db(), tenant, request));
  TUNESMITH_RETURN_IF_ERROR(CheckReady(inputs));
  PreviewWork work = RequestedWork(request);
  TUNESMITH_RETURN_IF_ERROR(CheckPictures(inputs, work));
  FillNormalization(inputs.model.model.image_input(),
                    *work.mutable_augmentation());
  *work.mutable_base_model() = inputs.model.Input();
  *work.mutable_dataset() = inputs.training.Input();
  NewWorkItem item;
  item.uid = item_uid;
  item.tenant = tenant;
  item.subject = inputs.training.dataset.name();
  // Not the dataset's: that is its inspection's, of which there is one.
  item.subject_uid = item_uid;
  item.needs.purpose = v1::Slot::AUXILIARY;
  item.priority = kPriority;
  item.max_attempts = kAttempts;
  *item.payload.mutable_preview() = work;
  TUNESMITH_RETURN_IF_ERROR(WorkQueue::Add(tx, item));
  tx.OnCommit([observer = context.observer] { observer->OnWorkAvailable(); });
  return work;
}

absl::Status CheckPreviewInputs(Connection& db, const std::string& tenant,
                                const PreviewWork& work) {
  const std::string& model = work.base_model().name();
  TUNESMITH_ASSIGN_OR_RETURN(std::string model_id,
                             ParseResourceName(ResourceKind::kModel, model));
  TUNESMITH_RETURN_IF_ERROR(CheckSame(ModelCatalog::Get(db, tenant, model_id),
                                      "model", model,
                                      work.base_model().artifact()));
  const std::string& dataset = work.dataset().name();
  TUNESMITH_ASSIGN_OR_RETURN(
      std::string dataset_id,
      ParseResourceName(ResourceKind::kDataset, dataset));
  return CheckSame(DatasetCatalog::Get(db, tenant, dataset_id), "dataset",
                   dataset, work.dataset().artifact());
}

}  // namespace tunesmith::server
