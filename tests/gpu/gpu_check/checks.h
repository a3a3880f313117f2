#ifndef TUNESMITH_TESTS_GPU_GPU_CHECK_CHECKS_H_
#define TUNESMITH_TESTS_GPU_GPU_CHECK_CHECKS_H_

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "tests/gpu/gpu_check/plan.h"

// What the program can do. Each returns what it prints.

namespace tunesmith::worker {

// Tries the device as the trainer does, and tells which libraries the process
// has open then.
absl::StatusOr<nlohmann::json> CheckDevice(const Plan& plan);

// Trains. "losses" and "gradient_norms" of each step, "weights_sha256" where
// the run came to its end, times and the memory that it took at most.
absl::StatusOr<nlohmann::json> CheckTraining(const Plan& plan);

// The gradients of the first batch, on the CPU and on the plan's device.
// "tensors": of each parameter the largest magnitude on the CPU and the largest
// difference.
absl::StatusOr<nlohmann::json> CheckGradients(const Plan& plan);

// Trains, and looks at the device during the last steps: "kernels" for each
// step, "busy_seconds" and "seconds", and what took longest.
absl::StatusOr<nlohmann::json> CheckProfile(const Plan& plan);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_GPU_GPU_CHECK_CHECKS_H_
