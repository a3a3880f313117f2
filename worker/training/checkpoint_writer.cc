#include "worker/training/checkpoint_writer.h"

#include <pthread.h>
#include <sched.h>

#include <chrono>
#include <utility>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty.h"
#include "proto/contract/base/status_macros.h"
#include "worker/training/torch_errors.h"

namespace tunesmith::worker {
namespace {

void CopyToHost(const std::vector<NamedTensor>& from,
                std::vector<NamedTensor>& to) {
  at::NoGradGuard no_gradients;
  // Gradual unfreezing makes it longer.
  if (to.size() != from.size()) {
    to.clear();
    for (const NamedTensor& tensor : from) {
      to.push_back({tensor.name, at::empty(tensor.value.sizes(),
                                           at::TensorOptions(at::kFloat))});
    }
  }
  for (size_t i = 0; i < from.size(); ++i) to[i].value.copy_(from[i].value);
}

// Names this thread and lets it, and those that it starts, have what the
// threads that train leave of the processors: whatever it takes from one of
// them, all of them wait for. Who waits for a checkpoint leaves them to it.
void GiveWay() {
  pthread_setname_np(pthread_self(), "checkpoint");
  sched_param none{};
  sched_setscheduler(0, SCHED_IDLE, &none);
}

}  // namespace

absl::Status CheckpointWriter::Write(const TrainingState& state,
                                     const CheckpointTensors& tensors) const {
  TUNESMITH_ASSIGN_OR_RETURN(std::string directory, store_.Begin(state.step));
  TUNESMITH_RETURN_IF_ERROR(
      WriteCheckpoint(state, tensors, write_model_, directory));
  return store_.Seal(state.step);
}

void CheckpointWriter::Begin(TrainingState state,
                             const CheckpointTensors& tensors) {
  CopyToHost(tensors.trained, copies_.trained);
  CopyToHost(tensors.optimizer.first_moments, copies_.optimizer.first_moments);
  CopyToHost(tensors.optimizer.second_moments,
             copies_.optimizer.second_moments);
  CopyToHost(tensors.optimizer.steps, copies_.optimizer.steps);
  copies_.best = tensors.best;
  written_ = std::async(std::launch::async, [this, state = std::move(state)] {
    GiveWay();
    return CatchTorchErrors([&] { return Write(state, copies_); });
  });
}

bool CheckpointWriter::done() const {
  return busy() && written_.wait_for(std::chrono::seconds(0)) ==
                       std::future_status::ready;
}

absl::Status CheckpointWriter::Finish() { return written_.get(); }

}  // namespace tunesmith::worker
