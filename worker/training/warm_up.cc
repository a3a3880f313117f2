#include "ATen/TensorOperators.h"
#include "ATen/ops/gelu.h"
#include "ATen/ops/layer_norm.h"
#include "ATen/ops/linear.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/zeros.h"
#include "proto/contract/base/status_macros.h"
#include "worker/kernels/attention.h"
#include "worker/kernels/dropout.h"
#include "worker/kernels/optimizer_step.h"
#include "worker/training/device.h"
#include "worker/training/torch_errors.h"
#include "worker/training/train.h"

namespace tunesmith::worker {
namespace {

// One small step through the operators of a text classifier: starts the thread
// pools and lets the libraries choose their kernels.
void TakeSmallStep(at::Device device) {
  constexpr int64_t kRows = 64, kWidth = 64, kHeads = 4;
  auto options = at::TensorOptions(at::kFloat).device(device);
  at::Tensor weight = at::ones({kWidth, kWidth}, options);
  weight.requires_grad_(true);
  at::Tensor bias = at::zeros({kWidth}, options);
  at::Tensor lengths = at::ones({1}, options.dtype(at::kLong)) * kRows;
  at::Tensor x = at::ones({1, kRows, kWidth}, options);
  auto heads = [&](const at::Tensor& y) {
    return y.view({1, kRows, kHeads, -1}).transpose(1, 2);
  };
  at::Tensor y = at::linear(x, weight, bias);
  y = Attention(heads(y), heads(y), heads(y), lengths, false, 0.1,
                MakeDropoutKey(0, 0, 0));
  y = DropoutAdd(at::gelu(y), x, 0.1, MakeDropoutKey(0, 0, 1));
  y = at::layer_norm(y, {kWidth}, weight.select(0, 0), bias);
  y.sum().backward();
  AdamWTensors tensors{.parameters = {weight.detach().clone()},
                       .gradients = {weight.grad()},
                       .first_moments = {at::zeros({kWidth, kWidth}, options)},
                       .second_moments = {at::zeros({kWidth, kWidth}, options)},
                       .steps = {at::zeros({}, options)}};
  ClipToNorm(tensors.gradients, GlobalNorm(tensors.gradients), 1.0);
  FusedAdamW(tensors, {}, at::zeros({}, options));
}

}  // namespace

absl::Status WarmUp(const std::string& device, int threads) {
  return CatchTorchErrors([&]() -> absl::Status {
    TUNESMITH_ASSIGN_OR_RETURN(at::Device opened, OpenDevice(device, threads));
    TakeSmallStep(opened);
    return absl::OkStatus();
  });
}

}  // namespace tunesmith::worker
