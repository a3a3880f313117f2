#ifndef TUNESMITH_WORKER_TRAINING_NETWORK_H_
#define TUNESMITH_WORKER_TRAINING_NETWORK_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "worker/models/pretrained.h"
#include "worker/tasks/classifier.h"
#include "worker/training/batch_maker.h"
#include "worker/training/options.h"

namespace tunesmith::worker {

// A classifier and what makes its batches.
struct Network {
  std::shared_ptr<Classifier> model;
  std::unique_ptr<BatchMaker> batches;
};

using NetworkLog = std::function<void(const std::string&)>;

// The pretrained network with a head for the labels of `inputs`, which were
// found to fit it. `log` hears what is worth a line for people. Errors of
// LoadTextClassifier, LoadImageClassifier and input_check.h.
absl::StatusOr<Network> LoadNetwork(const PretrainedModel& base,
                                    const TrainingInputs& inputs,
                                    const TrainingOptions& options,
                                    at::Device device, const NetworkLog& log);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_NETWORK_H_
