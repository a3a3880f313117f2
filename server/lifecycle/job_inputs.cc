#include "server/lifecycle/job_inputs.h"

#include <utility>

#include "absl/strings/cord.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/resource_name.h"
#include "server/lifecycle/job_table.h"

namespace tunesmith::server {
namespace {

std::vector<const DatasetRow*> Datasets(const JobInputs& inputs) {
  std::vector<const DatasetRow*> datasets;
  if (inputs.has_training()) datasets.push_back(&inputs.training);
  if (inputs.validation) datasets.push_back(&*inputs.validation);
  if (inputs.test) datasets.push_back(&*inputs.test);
  return datasets;
}

// Adds what `status` says to what `problems` says already.
void AddProblem(absl::Status& problems, const absl::Status& status) {
  if (problems.ok()) {
    problems = status;
    return;
  }
  std::string message(problems.message());
  std::string added(status.message());
  if (message.find(added) != std::string::npos) return;
  absl::Status both(problems.code(), message + "; " + added);
  problems.ForEachPayload(
      [&both](absl::string_view type, const absl::Cord& payload) {
        both.SetPayload(type, payload);
      });
  problems = both;
}

// Loads one dataset; what is unknown goes to `problems`, other errors come
// back.
absl::Status LoadDataset(Connection& db, const std::string& tenant,
                         const std::string& name, DatasetRow& row,
                         absl::Status& problems) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string id,
                             ParseResourceName(ResourceKind::kDataset, name));
  absl::StatusOr<DatasetRow> found = DatasetCatalog::Get(db, tenant, id);
  if (found.ok()) {
    row = *std::move(found);
  } else if (absl::IsNotFound(found.status())) {
    AddProblem(problems, found.status());
  } else {
    return found.status();
  }
  return absl::OkStatus();
}

absl::Status LoadModel(Connection& db, const std::string& tenant,
                       const std::string& name, ModelRow& row,
                       absl::Status& problems) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string id,
                             ParseResourceName(ResourceKind::kModel, name));
  absl::StatusOr<ModelRow> found = ModelCatalog::Get(db, tenant, id);
  if (found.ok()) {
    row = *std::move(found);
  } else if (absl::IsNotFound(found.status())) {
    AddProblem(problems, found.status());
  } else {
    return found.status();
  }
  return absl::OkStatus();
}

// The resolved spec of the job that made a model; nullopt where the job was
// deleted, or another one has its name now.
absl::StatusOr<std::optional<v1::JobSpec>> LoadOrigin(Connection& db,
                                                      const std::string& tenant,
                                                      const v1::Model& model) {
  absl::StatusOr<std::string> id =
      ParseResourceName(ResourceKind::kJob, model.origin().job());
  if (!id.ok()) return std::nullopt;
  absl::StatusOr<JobRow> row = JobTable::Get(db, tenant, *id);
  if (absl::IsNotFound(row.status())) return std::nullopt;
  TUNESMITH_RETURN_IF_ERROR(row.status());
  if (row->job.output_model() != model.name()) return std::nullopt;
  return std::move(*row->job.mutable_resolved_spec());
}

}  // namespace

SpecInputs JobInputs::View() const {
  return {.model = &model.model,
          .facts = &model.facts,
          .training = has_training() ? &training.dataset : nullptr,
          .validation = validation ? &validation->dataset : nullptr,
          .test = test ? &test->dataset : nullptr,
          .origin = origin ? &*origin : nullptr};
}

std::vector<std::string> JobInputs::Uids() const {
  std::vector<std::string> uids = {model.model.uid()};
  for (const DatasetRow* row : Datasets(*this)) {
    uids.push_back(row->dataset.uid());
  }
  return uids;
}

std::vector<std::string> JobInputs::Failures() const {
  std::vector<std::string> failures;
  if (model.model.state() == v1::Model::FAILED) {
    failures.push_back(model.model.name() +
                       " failed its import: " + model.model.error().message());
  }
  for (const DatasetRow* row : Datasets(*this)) {
    const v1::Dataset& dataset = row->dataset;
    if (dataset.state() != v1::Dataset::FAILED) continue;
    failures.push_back(dataset.name() +
                       " failed its inspection: " + dataset.error().message());
  }
  return failures;
}

absl::StatusOr<JobInputs> LoadJobInputs(Connection& db,
                                        const std::string& tenant,
                                        const v1::JobSpec& spec) {
  JobInputs inputs;
  absl::Status problems;
  TUNESMITH_RETURN_IF_ERROR(
      LoadModel(db, tenant, spec.base_model(), inputs.model, problems));
  if (!spec.data().training().empty()) {
    TUNESMITH_RETURN_IF_ERROR(LoadDataset(db, tenant, spec.data().training(),
                                          inputs.training, problems));
  }
  if (!spec.data().validation().empty()) {
    TUNESMITH_RETURN_IF_ERROR(LoadDataset(db, tenant, spec.data().validation(),
                                          inputs.validation.emplace(),
                                          problems));
  }
  if (!spec.data().test().empty()) {
    TUNESMITH_RETURN_IF_ERROR(LoadDataset(db, tenant, spec.data().test(),
                                          inputs.test.emplace(), problems));
  }
  if (!problems.ok()) return problems;
  if (spec.purpose() == v1::JobSpec::EVALUATE) {
    TUNESMITH_ASSIGN_OR_RETURN(inputs.origin,
                               LoadOrigin(db, tenant, inputs.model.model));
  }
  return inputs;
}

}  // namespace tunesmith::server
