#ifndef TUNESMITH_WORKER_TRAINING_TORCH_ERRORS_H_
#define TUNESMITH_WORKER_TRAINING_TORCH_ERRORS_H_

#include "absl/status/status.h"

namespace tunesmith::worker {

// The Status of the exception that is being handled; call it in a catch block
// only. Out of memory, on host or device and whichever library noticed, is
// RESOURCE_EXHAUSTED with reason OUT_OF_MEMORY; any other error of a GPU
// INTERNAL with reason DEVICE_FAILED, after which the process can use no GPU
// any more; everything else INTERNAL with reason INTERNAL.
absl::Status StatusOfException();

// Whether it is the Status of memory that ran out.
bool IsOutOfMemory(const absl::Status& status);
// Whether it is the Status of a GPU that failed.
bool IsDeviceFailure(const absl::Status& status);

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
