#include "worker/models/activation.h"

#include <array>
#include <utility>

#include "ATen/ops/gelu.h"
#include "ATen/ops/relu.h"
#include "ATen/ops/silu.h"
#include "ATen/ops/tanh.h"

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
