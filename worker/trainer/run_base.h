#ifndef TUNESMITH_WORKER_TRAINER_RUN_BASE_H_
#define TUNESMITH_WORKER_TRAINER_RUN_BASE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/finding.h"
#include "worker/models/description.h"
#include "worker/training/options.h"

namespace tunesmith::worker {

// The model that a run begins with.
struct RunBase {
  std::string directory;
  // Its parameters.
  std::vector<ParameterPlan> parameters;
  // What was done to it.
  std::optional<DataFinding> finding;
};

struct RunBaseRequest {
  // The job's base model, and what it is.
  std::string directory;
  const ModelDescription& description;
  // Its parameters, and those of the head.
  const std::vector<ParameterPlan>& parameters;
  // The run goes on from this checkpoint; empty: it begins anew.
  std::string checkpoint;
  // Does not exist yet; for what is made.
  std::string scratch;
};

// The base model as it is, unless nothing but a new head trains and the network
// gives that head what was never trained: then one that gives it what the model
// was trained for (see WriteSentenceEncoder). A run that goes on from a
// checkpoint begins with what that one began with.
absl::StatusOr<RunBase> PrepareRunBase(const RunBaseRequest& request);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_RUN_BASE_H_
