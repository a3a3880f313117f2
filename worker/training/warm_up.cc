#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/batch_norm.h"
#include "ATen/ops/conv2d.h"
#include "ATen/ops/cross_entropy_loss.h"
#include "ATen/ops/gelu.h"
#include "ATen/ops/layer_norm.h"
#include "ATen/ops/linear.h"
#include "ATen/ops/max_pool2d.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/zeros.h"
#include "proto/contract/base/status_macros.h"
#include "worker/kernels/attention.h"
#include "worker/kernels/dropout.h"
#include "worker/kernels/optimizer_step.h"
#include "worker/training/autocast.h"
#include "worker/training/device.h"
#include "worker/training/numerics.h"
#include "worker/training/torch_errors.h"
#include "worker/training/train.h"

namespace tunesmith::worker {
namespace {

// Extents of a step of a text classifier.
struct TextExtents {
  int64_t sequences = 1;
  int64_t length = 64;
  int64_t width = 64;
  int64_t heads = 4;
};

// Those of BERT base: a GPU's libraries choose and load kernels by extents.
constexpr TextExtents kOnGpu = {
    .sequences = 32, .length = 128, .width = 768, .heads = 12};

// One update of AdamW.
void Update(const at::Tensor& parameter) {
  const at::Tensor weight = parameter.detach().clone();
  AdamWTensors tensors{.parameters = {weight},
                       .gradients = {parameter.grad()},
                       .first_moments = {at::zeros_like(weight)},
                       .second_moments = {at::zeros_like(weight)},
                       .steps = {at::zeros({}, weight.options())}};
  Clip(tensors.gradients, ClipFactor(GlobalNorm(tensors.gradients), 1.0));
  FusedAdamW(tensors, {},
             SkipUnless(at::ones({}, weight.options().dtype(at::kBool))));
}

// One step through the operators of a text classifier: starts the thread pools
// and lets the libraries choose their kernels. `dropout` 0: as in evaluation,
// where attention has kernels of its own.
void TakeTextStep(at::Device device, const TextExtents& extents,
                  double dropout) {
  auto options = at::TensorOptions(at::kFloat).device(device);
  at::Tensor weight = at::ones({extents.width, extents.width}, options);
  weight.requires_grad_(true);
  at::Tensor bias = at::zeros({extents.width}, options);
  at::Tensor lengths = at::ones({extents.sequences}, options.dtype(at::kLong)) *
                       (extents.length / 2);
  at::Tensor x =
      at::ones({extents.sequences, extents.length, extents.width}, options);
  auto heads = [&](const at::Tensor& y) {
    return y.view({extents.sequences, extents.length, extents.heads, -1})
        .transpose(1, 2);
  };
  at::Tensor y = at::linear(x, weight, bias);
  y = Attention(heads(y), heads(y), heads(y), lengths, /*padded=*/true, dropout,
                MakeDropoutKey(0, 0, 0));
  y = DropoutAdd(at::gelu(y), x, dropout, MakeDropoutKey(0, 0, 1));
  y = at::layer_norm(y, {extents.width}, weight.select(0, 0), bias);
  at::Tensor labels = at::zeros({extents.sequences}, options.dtype(at::kLong));
  at::cross_entropy_loss(y.select(1, 0).to(at::kFloat), labels).backward();
  Update(weight);
}

// The same of a network of pictures.
void TakePictureStep(at::Device device) {
  constexpr int64_t kRows = 32, kChannels = 64, kSize = 56;
  auto options = at::TensorOptions(at::kFloat).device(device);
  at::Tensor weight = at::ones({kChannels, kChannels, 3, 3}, options);
  weight.requires_grad_(true);
  at::Tensor ones = at::ones({kChannels}, options);
  at::Tensor x = at::ones({kRows, kChannels, kSize, kSize}, options);
  at::Tensor y = at::conv2d(x, weight, {}, 1, 1);
  y = at::batch_norm(y, ones, ones, ones.clone(), ones.clone(),
                     /*training=*/true, 0.1, 1e-5, /*cudnn_enabled=*/true);
  at::max_pool2d(y, {3, 3}, {2, 2}, {1, 1}).sum().backward();
  Update(weight);
}

void WarmGpu(at::Device device) {
  ApplyNumerics({}, device);
  for (Precision precision : {Precision::kFp32, Precision::kBf16}) {
    AutocastGuard autocast(device, precision);
    TakeTextStep(device, kOnGpu, /*dropout=*/0.1);
    TakeTextStep(device, kOnGpu, /*dropout=*/0);
  }
  TakePictureStep(device);
  AwaitDevice(device);
  // Its memory is another's until there is work.
  ReleaseCachedMemory(device);
}

}  // namespace

absl::Status WarmUp(const std::string& device, int threads) {
  return CatchTorchErrors([&]() -> absl::Status {
    TUNESMITH_ASSIGN_OR_RETURN(at::Device opened, OpenDevice(device, threads));
    if (opened.is_cuda()) {
      WarmGpu(opened);
    } else {
      TakeTextStep(opened, {}, /*dropout=*/0.1);
    }
    return absl::OkStatus();
  });
}

}  // namespace tunesmith::worker
