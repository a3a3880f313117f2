#include "worker/models/vit/positions.h"

#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/upsample_bicubic2d.h"
#include "proto/contract/base/reason.h"
#include "worker/models/parameter_values.h"

namespace tunesmith::worker {
namespace {

constexpr char kName[] = "embeddings.position_embeddings";
// 1 GB: far beyond real networks.
constexpr int64_t kMaxValues = int64_t{1} << 28;

// [1, 1 + side * side, W] -> [1, 1 + new_side * new_side, W].
at::Tensor Interpolated(const at::Tensor& positions_1LW, int64_t side,
                        int64_t new_side) {
  c10::NoGradGuard no_gradients;
  const int64_t width = positions_1LW.size(2);
  const at::Tensor grid_1WHW = positions_1LW.narrow(1, 1, side * side)
                                   .reshape({1, side, side, width})
                                   .permute({0, 3, 1, 2});
  const at::Tensor scaled_1WHW = at::upsample_bicubic2d(
      grid_1WHW, {new_side, new_side}, /*align_corners=*/false);
  return at::cat({positions_1LW.narrow(1, 0, 1),
                  scaled_1WHW.permute({0, 2, 3, 1})
                      .reshape({1, new_side * new_side, width})},
                 1)
      .contiguous();
}

}  // namespace

absl::Status InterpolatePositions(int64_t side, int64_t new_side, int64_t width,
                                  WeightFiles& weights) {
  if (side == new_side) return absl::OkStatus();
  for (const StoredTensor& stored : weights.tensors()) {
    if (!stored.name.ends_with(kName)) continue;
    if (stored.shape != std::vector<int64_t>{1, 1 + side * side, width} ||
        !IsNetworkFloat(stored.type)) {
      return absl::OkStatus();
    }
    if (new_side * new_side > kMaxValues / width) {
      return ReasonedError(
          absl::StatusCode::kInvalidArgument, "INVALID_FIELD",
          "image_size gives more position embeddings than are held");
    }
    at::Tensor old = at::empty(stored.shape, at::kFloat);
    CopyStoredTensor(stored, old);
    const at::Tensor scaled = Interpolated(old, side, new_side);
    const float* values = scaled.const_data_ptr<float>();
    weights.Replace({.name = stored.name,
                     .shape = scaled.sizes().vec(),
                     .values = {values, values + scaled.numel()}});
    return absl::OkStatus();
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::worker
