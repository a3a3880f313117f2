#include <cmath>

#include "ATen/TensorOperators.h"
#include "ATen/ops/conv2d.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/ones.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/kernels/attention.h"
#include "worker/training/device.h"
#include "worker/training/numerics.h"
#include "worker/training/torch_errors.h"
#include "worker/training/train.h"

namespace tunesmith::worker {
namespace {

// Whether all elements are `expected`, up to rounding.
absl::Status Expect(const char* what, const at::Tensor& result,
                    double expected) {
  const double worst = (result - expected).abs().max().item<double>();
  if (worst <= 1e-3 * expected) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the device's ", what,
                                          " is wrong: it is off by ", worst,
                                          " where ", expected, " is right"));
}

absl::Status Try(at::Device device) {
  constexpr int64_t kSize = 256;
  ApplyNumerics({}, device);
  auto options = at::TensorOptions(at::kFloat).device(device);
  at::Tensor square = at::ones({kSize, kSize}, options);
  TUNESMITH_RETURN_IF_ERROR(
      Expect("matrix product", at::matmul(square, square), kSize));
  at::Tensor pictures = at::ones({2, 16, 34, 34}, options);
  at::Tensor kernels = at::ones({8, 16, 3, 3}, options);
  TUNESMITH_RETURN_IF_ERROR(
      Expect("convolution", at::conv2d(pictures, kernels), 16 * 3 * 3));
  // Whatever the weights are, they add up to 1.
  at::Tensor heads = at::ones({2, 4, 64, 32}, options);
  at::Tensor lengths = at::ones({2}, options.dtype(at::kLong)) * 64;
  return Expect("attention",
                Attention(heads, heads, heads, lengths, /*padded=*/false, 0,
                          MakeDropoutKey(0, 0, 0)),
                1);
}

}  // namespace

absl::StatusOr<DeviceDescription> ProbeDevice(const std::string& device) {
  return CatchTorchErrors([&]() -> absl::StatusOr<DeviceDescription> {
    TUNESMITH_ASSIGN_OR_RETURN(at::Device opened,
                               OpenDevice(device, /*threads=*/1));
    TUNESMITH_RETURN_IF_ERROR(Try(opened));
    return DescribeDevice(device);
  });
}

}  // namespace tunesmith::worker
