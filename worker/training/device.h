#ifndef TUNESMITH_WORKER_TRAINING_DEVICE_H_
#define TUNESMITH_WORKER_TRAINING_DEVICE_H_

#include <string>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"

namespace tunesmith::worker {

// Gets "cpu" or "cuda:N" ready and sets the number of threads that operators
// use. Idempotent. Nothing of a GPU's libraries is touched for "cpu".
// INVALID_ARGUMENT for another name; FAILED_PRECONDITION when this machine has
// no such device, or its libraries cannot be loaded.
absl::StatusOr<at::Device> OpenDevice(const std::string& name, int threads);

// Waits until the device has done all that it was given.
void AwaitDevice(at::Device device);

// Gives memory that the device's allocator keeps for later back.
void ReleaseCachedMemory(at::Device device);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_DEVICE_H_
