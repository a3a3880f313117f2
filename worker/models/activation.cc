#include "worker/models/activation.h"

#include <array>
#include <string>
#include <utility>

#include "ATen/ops/gelu.h"
#include "ATen/ops/relu.h"
#include "ATen/ops/silu.h"
#include "ATen/ops/tanh.h"
#include "absl/strings/str_cat.h"
#include "worker/formats/printable.h"
#include "worker/models/config_reader.h"

namespace tunesmith::worker {
namespace {

constexpr std::array<std::pair<std::string_view, Activation>, 9> kNames = {{
    {"gelu", Activation::kGelu},
    {"gelu_python", Activation::kGelu},
    {"gelu_new", Activation::kGeluTanh},
    {"gelu_fast", Activation::kGeluTanh},
    {"gelu_pytorch_tanh", Activation::kGeluTanh},
    {"relu", Activation::kRelu},
    {"tanh", Activation::kTanh},
    {"silu", Activation::kSilu},
    {"swish", Activation::kSilu},
}};

}  // namespace

std::optional<Activation> ParseActivation(std::string_view name) {
  for (const auto& [known, activation] : kNames) {
    if (known == name) return activation;
  }
  return std::nullopt;
}

Activation ReadActivation(ConfigReader& reader, const char* key,
                          const char* unset) {
  const std::string name = reader.Text(key, unset);
  const std::optional<Activation> known = ParseActivation(name);
  if (!known.has_value()) {
    reader.Reject(absl::StrCat(key, " ", Printable(name), " is not supported"));
  }
  return known.value_or(Activation::kGelu);
}

at::Tensor Activate(Activation activation, const at::Tensor& x) {
  switch (activation) {
    case Activation::kGelu:
      return at::gelu(x);
    case Activation::kGeluTanh:
      return at::gelu(x, "tanh");
    case Activation::kRelu:
      return at::relu(x);
    case Activation::kTanh:
      return at::tanh(x);
    case Activation::kSilu:
      return at::silu(x);
  }
  return x;
}

}  // namespace tunesmith::worker
