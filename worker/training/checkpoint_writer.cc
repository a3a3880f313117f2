#include "worker/training/checkpoint_writer.h"

#include <pthread.h>

#include <chrono>
#include <filesystem>
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
  if (to.empty()) {
    for (const NamedTensor& tensor : from) {
      to.push_back({tensor.name, at::empty(tensor.value.sizes(),
                                           at::TensorOptions(at::kFloat))});
    }
  }
  for (size_t i = 0; i < from.size(); ++i) to[i].value.copy_(from[i].value);
}

}  // namespace

void CheckpointWriter::Begin(TrainingState state,
                             const CheckpointTensors& tensors) {
  CopyToHost(tensors.trained, copies_.trained);
  CopyToHost(tensors.optimizer, copies_.optimizer);
  copies_.best = tensors.best;
  written_ = std::async(std::launch::async, [this, state = std::move(state)] {
    pthread_setname_np(pthread_self(), "checkpoint");
    return CatchTorchErrors([&] { return Write(state); });
  });
}

absl::Status CheckpointWriter::Write(const TrainingState& state) const {
  TUNESMITH_ASSIGN_OR_RETURN(std::string directory, store_.Begin(state.step));
  const std::string model = directory + "/model";
  std::error_code error;
  std::filesystem::create_directory(model, error);
  if (error)
    return absl::InternalError("making " + model + ": " + error.message());
  TUNESMITH_RETURN_IF_ERROR(write_model_(copies_.trained, model));
  TUNESMITH_RETURN_IF_ERROR(WriteCheckpoint(state, copies_, directory));
  return store_.Seal(state.step);
}

bool CheckpointWriter::done() const {
  return busy() && written_.wait_for(std::chrono::seconds(0)) ==
                       std::future_status::ready;
}

absl::Status CheckpointWriter::Finish() { return written_.get(); }

}  // namespace tunesmith::worker
