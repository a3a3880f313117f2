#ifndef TUNESMITH_WORKER_MODELS_ACTIVATION_H_
#define TUNESMITH_WORKER_MODELS_ACTIVATION_H_

#include <optional>
#include <string_view>

#include "ATen/core/Tensor.h"

namespace tunesmith::worker {

enum class Activation { kGelu, kGeluTanh, kRelu, kTanh, kSilu };

// By the name that a Hugging Face config gives it; nothing when unknown.
std::optional<Activation> ParseActivation(std::string_view name);

at::Tensor Activate(Activation activation, const at::Tensor& x);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_ACTIVATION_H_
