#include "worker/training/picture_transform.h"

namespace tunesmith::worker {

ImageTransform TransformOf(const ImageInputFacts& input) {
  ImageTransform transform{
      .size = input.size,
      .resize_size = input.resize_size,
      .scaling = input.squash ? Scaling::kBothSides : Scaling::kShorterSide,
      .rounding =
          input.crop_rounds_down ? CropRounding::kDown : CropRounding::kToEven,
      .interpolation =
          input.bicubic ? Interpolation::kBicubic : Interpolation::kBilinear};
  for (size_t i = 0; i < input.mean.size(); ++i) {
    transform.mean[i] = static_cast<float>(input.mean[i]);
    transform.deviation[i] = static_cast<float>(input.deviation[i]);
  }
  return transform;
}

}  // namespace tunesmith::worker
