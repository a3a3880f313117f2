#ifndef TUNESMITH_WORKER_TRAINING_CHECKPOINT_WRITER_H_
#define TUNESMITH_WORKER_TRAINING_CHECKPOINT_WRITER_H_

#include <cstdint>
#include <future>
#include <string>

#include "absl/status/status.h"
#include "worker/training/checkpoint.h"
#include "worker/training/host_copies.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// Writes checkpoints on a thread of its own while training goes on, one at a
// time. All methods on the thread that trains.
class CheckpointWriter {
 public:
  // `store` outlives it.
  CheckpointWriter(CheckpointStore& store, ModelWriter write_model)
      : store_(store), write_model_(std::move(write_model)) {}

  // Writes one and waits for it. Not while busy(). Errors of WriteCheckpoint,
  // of the store and of CatchTorchErrors.
  absl::Status Write(const TrainingState& state,
                     const CheckpointTensors& tensors) const;

  // Copies what the next step will change, which is all that training waits
  // for, and begins to write. `tensors.best` must not change before Finish. Not
  // while busy(). Errors of CatchTorchErrors, such as too little memory for the
  // copies; nothing was begun then.
  absl::Status Begin(TrainingState state, const CheckpointTensors& tensors);

  // Between Begin and Finish.
  bool busy() const { return written_.valid(); }
  // Whether Finish would return at once.
  bool done() const;
  // Waits; what became of the checkpoint. Only while busy().
  absl::Status Finish();

 private:
  // Writes what Begin copied.
  absl::Status WriteCopies(const TrainingState& state,
                           const std::vector<NamedTensor>& best) const;

  CheckpointStore& store_;
  const ModelWriter write_model_;
  HostCopies trained_;
  HostCopies first_moments_;
  HostCopies second_moments_;
  HostCopies steps_;
  // Last, because its destructor waits for the thread.
  std::future<absl::Status> written_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_CHECKPOINT_WRITER_H_
