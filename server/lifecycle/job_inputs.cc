#include "server/lifecycle/job_inputs.h"

#include <utility>

#include "absl/strings/cord.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/resource_name.h"

namespace tunesmith::server {
namespace {

std::vector<const DatasetRow*> Datasets(const JobInputs& inputs) {
  std::vector<const DatasetRow*> datasets = {&inputs.training};
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

}  // namespace

SpecInputs JobInputs::View() const {
  return {.model = &model.model,
          .facts = &model.facts,
          .training = &training.dataset,
          .validation = validation ? &validation->dataset : nullptr,
          .test = test ? &test->dataset : nullptr};
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
  TUNESMITH_RETURN_IF_ERROR(LoadDataset(db, tenant, spec.data().training(),
                                        inputs.training, problems));
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
  return inputs;
}

}  // namespace tunesmith::server
