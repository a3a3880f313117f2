#include "worker/training/checkpoint_writer.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "proto/contract/base/status_macros.h"
#include "worker/training/torch_errors.h"

namespace tunesmith::worker {
namespace {

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

absl::Status CheckpointWriter::WriteCopies(
    const TrainingState& state, const std::vector<NamedTensor>& best) const {
  TUNESMITH_RETURN_IF_ERROR(CatchTorchErrors([&] {
    for (const HostCopies* copies :
         {&trained_, &first_moments_, &second_moments_, &steps_}) {
      copies->Await();
    }
    return absl::OkStatus();
  }));
  return Write(state,
               {.trained = trained_.tensors(),
                .optimizer = {.first_moments = first_moments_.tensors(),
                              .second_moments = second_moments_.tensors(),
                              .steps = steps_.tensors()},
                .best = best});
}

absl::Status CheckpointWriter::Begin(TrainingState state,
                                     const CheckpointTensors& tensors) {
  TUNESMITH_RETURN_IF_ERROR(CatchTorchErrors([&] {
    trained_.Copy(tensors.trained);
    first_moments_.Copy(tensors.optimizer.first_moments);
    second_moments_.Copy(tensors.optimizer.second_moments);
    steps_.Copy(tensors.optimizer.steps);
    return absl::OkStatus();
  }));
  written_ = std::async(std::launch::async,
                        [this, state = std::move(state), best = tensors.best] {
                          GiveWay();
                          return WriteCopies(state, best);
                        });
  return absl::OkStatus();
}

bool CheckpointWriter::done() const {
  return busy() && written_.wait_for(std::chrono::seconds(0)) ==
                       std::future_status::ready;
}

absl::Status CheckpointWriter::Finish() { return written_.get(); }

}  // namespace tunesmith::worker
