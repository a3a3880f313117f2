#ifndef TUNESMITH_WORKER_FORMATS_TENSOR_TYPE_H_
#define TUNESMITH_WORKER_FORMATS_TENSOR_TYPE_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace tunesmith::worker {

// Element types of safetensors files.
enum class TensorType {
  kBool,
  kU8,
  kI8,
  kF8E5M2,
  kF8E4M3,
  kI16,
  kU16,
  kF16,
  kBF16,
  kI32,
  kU32,
  kF32,
  kF64,
  kI64,
  kU64,
};

// As the header spells it, for example "F32".
std::string_view TensorTypeName(TensorType type);

// Size of one element.
int64_t TensorTypeBytes(TensorType type);

// Nothing when `name` is not a type.
std::optional<TensorType> ParseTensorType(std::string_view name);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_FORMATS_TENSOR_TYPE_H_
