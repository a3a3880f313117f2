#ifndef TUNESMITH_WORKER_TRAINING_TENSOR_FILE_H_
#define TUNESMITH_WORKER_TRAINING_TENSOR_FILE_H_

#include <set>
#include <span>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Tensors of fp32, and counters of int64, in safetensors files.

namespace tunesmith::worker {

struct NamedTensor {
  std::string name;
  at::Tensor value;
};

// Brings the tensors to the host where they are not there yet, and writes
// them. Errors of WriteSafetensors.
absl::Status WriteTensors(const std::string& path,
                          std::span<const NamedTensor> tensors);

// Of the tensors in a file. Errors of SafetensorsFile::Open.
absl::StatusOr<std::set<std::string>> TensorNames(const std::string& path);

// Copies the file's tensors into the targets of the same names; tensors without
// a target are passed over. INVALID_ARGUMENT with reason CORRUPT_WEIGHTS when a
// target's is missing or of another shape or type; then nothing was copied.
absl::Status ReadTensorsInto(const std::string& path,
                             std::span<const NamedTensor> targets);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_TENSOR_FILE_H_
