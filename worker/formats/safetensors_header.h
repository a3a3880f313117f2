#ifndef TUNESMITH_WORKER_FORMATS_SAFETENSORS_HEADER_H_
#define TUNESMITH_WORKER_FORMATS_SAFETENSORS_HEADER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/formats/tensor_type.h"

// A safetensors file: eight bytes with the little-endian length of the header,
// the header (a JSON object), then the tensors' bytes without a gap. See
// https://github.com/huggingface/safetensors#format.

namespace tunesmith::worker {

// Longest header that is read.
inline constexpr int64_t kMaxSafetensorsHeaderBytes = 100'000'000;

// One tensor as the header describes it.
struct SafetensorsEntry {
  std::string name;
  TensorType type = TensorType::kF32;
  std::vector<int64_t> shape;
  // Within the bytes after the header.
  int64_t begin = 0;
  int64_t end = 0;
};

// The tensors of a header in the order of their bytes. Checks that they fill
// `data_bytes` without gap or overlap and that shapes and types say the same
// as offsets. INVALID_ARGUMENT with reason CORRUPT_WEIGHTS otherwise; the
// message names the tensor.
absl::StatusOr<std::vector<SafetensorsEntry>> ParseSafetensorsHeader(
    std::string_view json, int64_t data_bytes);

// INVALID_ARGUMENT with reason CORRUPT_WEIGHTS.
absl::Status CorruptWeightsError(std::string_view message);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_FORMATS_SAFETENSORS_HEADER_H_
