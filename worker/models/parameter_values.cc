#include "worker/models/parameter_values.h"

#include <cstring>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/from_blob.h"
#include "worker/random/counter_random.h"

namespace tunesmith::worker {
namespace {

at::ScalarType ScalarTypeOf(TensorType type) {
  switch (type) {
    case TensorType::kF16:
      return at::kHalf;
    case TensorType::kBF16:
      return at::kBFloat16;
    case TensorType::kI64:
      return at::kLong;
    default:
      return at::kFloat;
  }
}

// FNV-1a: which draws a name gets must not depend on a standard library.
uint64_t HashOf(std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325;
  for (char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash;
}

bool IsAligned(const void* address, int64_t bytes) {
  return reinterpret_cast<uintptr_t>(address) % static_cast<uintptr_t>(bytes) ==
         0;
}

}  // namespace

bool IsNetworkFloat(TensorType type) {
  return type == TensorType::kF32 || type == TensorType::kF16 ||
         type == TensorType::kBF16;
}

std::vector<float> FloatsOf(const StoredTensor& stored) {
  at::Tensor values = at::empty(stored.shape, at::kFloat);
  CopyStoredTensor(stored, values);
  const float* first = values.const_data_ptr<float>();
  return {first, first + values.numel()};
}

void CopyStoredTensor(const StoredTensor& stored, at::Tensor parameter) {
  at::NoGradGuard no_gradients;
  if (stored.bytes.empty()) return;
  at::TensorOptions options(ScalarTypeOf(stored.type));
  at::Tensor source;
  if (IsAligned(stored.bytes.data(), TensorTypeBytes(stored.type))) {
    source = at::from_blob(const_cast<std::byte*>(stored.bytes.data()),
                           stored.shape, options);
  } else {
    source = at::empty(stored.shape, options);
    std::memcpy(source.mutable_data_ptr(), stored.bytes.data(),
                stored.bytes.size());
  }
  parameter.copy_(source);
}

void InitializeParameter(std::string_view name, at::Tensor parameter,
                         double deviation, int64_t seed) {
  at::NoGradGuard no_gradients;
  if (name.ends_with("bias")) {
    parameter.zero_();
    return;
  }
  CounterRandom random(seed, RandomPurpose::kInitialization, HashOf(name));
  at::Tensor values = at::empty(parameter.sizes(), at::kFloat);
  float* value = values.mutable_data_ptr<float>();
  for (int64_t i = 0; i < values.numel(); ++i) {
    value[i] =
        static_cast<float>(deviation * random.Normal(static_cast<uint64_t>(i)));
  }
  parameter.copy_(values);
}

}  // namespace tunesmith::worker
