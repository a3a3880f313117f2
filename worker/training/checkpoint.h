#ifndef TUNESMITH_WORKER_TRAINING_CHECKPOINT_H_
#define TUNESMITH_WORKER_TRAINING_CHECKPOINT_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/training/optimizer.h"
#include "worker/training/tensor_file.h"
#include "worker/training/training_state.h"

// A checkpoint is a directory:
//   model/                 the model as it is after the step: what
//                          WriteResultDirectory writes
//   first_moments.safetensors, second_moments.safetensors, steps.safetensors
//                          OptimizerState
//   best.safetensors       the weights that would be the result, where those
//                          after this step would not be: what trains
//   state.json             TrainingState
// Whoever keeps it puts a manifest beside them.

namespace tunesmith::worker {

// The tensors of a checkpoint; they may be a network's own.
struct CheckpointTensors {
  // What trains.
  std::vector<NamedTensor> trained;
  OptimizerState optimizer;
  // Empty: there are none.
  std::vector<NamedTensor> best;
};

// Writes the files of model/ into a directory, given what trains. Called on any
// thread.
using ModelWriter = std::function<absl::Status(
    const std::vector<NamedTensor>& trained, const std::string& directory)>;

// Writes all files into `directory`, several at once. They are not synced.
// Errors of WriteSafetensors and of `write_model`.
absl::Status WriteCheckpoint(const TrainingState& state,
                             const CheckpointTensors& tensors,
                             const ModelWriter& write_model,
                             const std::string& directory);

// INVALID_ARGUMENT, NOT_FOUND.
absl::StatusOr<TrainingState> ReadCheckpointState(const std::string& directory);

// Whether the directory has best weights.
bool HasBestWeights(const std::string& directory);

// The part of `optimizer` that the directory holds: of what trained up to now.
// Errors of SafetensorsFile::Open.
absl::StatusOr<OptimizerState> SelectSaved(const std::string& directory,
                                           OptimizerState optimizer);

// Copies what the directory holds into `tensors`; `best` may be empty. Errors
// of ReadTensorsInto.
absl::Status ReadCheckpointTensors(const std::string& directory,
                                   const CheckpointTensors& tensors);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_CHECKPOINT_H_
