#ifndef TUNESMITH_SERVER_LIFECYCLE_JOB_INPUTS_H_
#define TUNESMITH_SERVER_LIFECYCLE_JOB_INPUTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/catalog/dataset_catalog.h"
#include "server/catalog/model_catalog.h"
#include "server/jobs/resolve_spec.h"
#include "server/store/connection.h"
#include "tunesmith/v1/job_spec.pb.h"

namespace tunesmith::server {

// The model and the datasets that a spec names.
struct JobInputs {
  ModelRow model;
  // Without a uid where the job measures alone.
  DatasetRow training;
  std::optional<DatasetRow> validation;
  std::optional<DatasetRow> test;
  // See SpecInputs.
  std::optional<v1::JobSpec> origin;

  bool has_training() const { return !training.dataset.uid().empty(); }
  // Points into this.
  SpecInputs View() const;
  std::vector<std::string> Uids() const;
  // Of the inputs in state FAILED, one sentence each; empty when none is.
  std::vector<std::string> Failures() const;
};

// NOT_FOUND that names every one that does not exist.
absl::StatusOr<JobInputs> LoadJobInputs(Connection& db,
                                        const std::string& tenant,
                                        const v1::JobSpec& spec);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_JOB_INPUTS_H_
