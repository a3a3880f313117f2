#ifndef TUNESMITH_WORKER_TRAINING_TORCH_ERRORS_H_
#define TUNESMITH_WORKER_TRAINING_TORCH_ERRORS_H_

#include "absl/status/status.h"

namespace tunesmith::worker {

// The Status of the exception that is being handled; call it in a catch block
// only. Out of memory, on host or device, is RESOURCE_EXHAUSTED with reason
// OUT_OF_MEMORY, everything else INTERNAL with reason INTERNAL.
absl::Status StatusOfException();

// Calls `run`, which returns a Status or StatusOr, and turns whatever Torch
// and the standard library throw into a Status. Nothing else catches.
template <typename Run>
auto CatchTorchErrors(const Run& run) -> decltype(run()) {
  try {
    return run();
  } catch (...) {
    return StatusOfException();
  }
}

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_TORCH_ERRORS_H_
