#ifndef TUNESMITH_WORKER_MODELS_PARAMETER_VALUES_H_
#define TUNESMITH_WORKER_MODELS_PARAMETER_VALUES_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "ATen/core/Tensor.h"
#include "worker/formats/weight_files.h"

namespace tunesmith::worker {

// Whether a network's numbers can be stored so: F32, F16 or BF16.
bool IsNetworkFloat(TensorType type);

// The numbers of a tensor of such a type.
std::vector<float> FloatsOf(const StoredTensor& stored);

// Fills `parameter` with stored values, converted to its type and brought to
// its device. Shapes are equal; the stored type is F32, F16, BF16 or I64.
void CopyStoredTensor(const StoredTensor& stored, at::Tensor parameter);

// Fills a parameter that no file holds, as Hugging Face does: biases with 0,
// the rest from a normal distribution. A pure function of its arguments.
void InitializeParameter(std::string_view name, at::Tensor parameter,
                         double deviation, int64_t seed);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_PARAMETER_VALUES_H_
