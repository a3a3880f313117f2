#include "worker/training/checkpoint_writer.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

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
      to.push_back({tensor.name,
                    at::empty(tensor.value.sizes(),
                              at::TensorOptions(tensor.value.scalar_type()))});
    }
  }
  for (size_t i = 0; i < from.size(); ++i) to[i].value.copy_(from[i].value);
}

// Names this thread and lets those that train go first. Not by SCHED_IDLE: on
// a busy machine a run that waits for its checkpoint would wait forever, and
// only the privileged may take a priority back.
void GiveWay() {
  constexpr int kNice = 10;
  pthread_setname_np(pthread_self(), "checkpoint");
  // On Linux this is the thread's own, and that of threads it starts.
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
}

}  // namespace

absl::Status CheckpointWriter::Write(const TrainingState& state,
                                     const CheckpointTensors& tensors) const {
  return CatchTorchErrors([&]() -> absl::Status {
    TUNESMITH_ASSIGN_OR_RETURN(std::string directory, store_.Begin(state.step));
    TUNESMITH_RETURN_IF_ERROR(
        WriteCheckpoint(state, tensors, write_model_, directory));
    return store_.Seal(state.step);
  });
}

absl::Status CheckpointWriter::Begin(TrainingState state,
                                     const CheckpointTensors& tensors) {
  TUNESMITH_RETURN_IF_ERROR(CatchTorchErrors([&] {
    CopyToHost(tensors.trained, copies_.trained);
    CopyToHost(tensors.optimizer.first_moments,
               copies_.optimizer.first_moments);
    CopyToHost(tensors.optimizer.second_moments,
               copies_.optimizer.second_moments);
    CopyToHost(tensors.optimizer.steps, copies_.optimizer.steps);
    copies_.best = tensors.best;
    return absl::OkStatus();
  }));
  written_ = std::async(std::launch::async, [this, state = std::move(state)] {
    GiveWay();
    return Write(state, copies_);
  });
  return absl::OkStatus();
}

bool CheckpointWriter::done() const {
  return busy() && written_.wait_for(std::chrono::seconds(0)) ==
                       std::future_status::ready;
}

absl::Status CheckpointWriter::Finish() { return written_.get(); }

}  // namespace tunesmith::worker
