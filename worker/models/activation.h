#ifndef TUNESMITH_WORKER_MODELS_ACTIVATION_H_
#define TUNESMITH_WORKER_MODELS_ACTIVATION_H_

#include <optional>
#include <string_view>

#include "ATen/core/Tensor.h"

namespace tunesmith::worker {

class ConfigReader;

enum class Activation { kGelu, kGeluTanh, kRelu, kTanh, kSilu };

// By the name that a Hugging Face config gives it; nothing when unknown.
std::optional<Activation> ParseActivation(std::string_view name);

// That of `key` in a config; one that is unknown is a problem of the reader's.
Activation ReadActivation(ConfigReader& reader, const char* key,
                          const char* unset);

at::Tensor Activate(Activation activation, const at::Tensor& x);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_ACTIVATION_H_
