#ifndef TUNESMITH_WORKER_AUGMENTATION_IMAGE_TRANSFORM_H_
#define TUNESMITH_WORKER_AUGMENTATION_IMAGE_TRANSFORM_H_

#include <array>
#include <cstddef>
#include <span>

#include "worker/images/image.h"
#include "worker/images/resize.h"

namespace tunesmith::worker {

// How a network wants its pictures.
struct ImageTransform {
  // Pixels of each side of what the network sees.
  int size = 224;
  // Pixels before the middle is cut out, of the sides that `scaling` says.
  int resize_size = 256;
  Scaling scaling = Scaling::kShorterSide;
  CropRounding rounding = CropRounding::kToEven;
  Interpolation interpolation = Interpolation::kBilinear;
  // Red, green, blue; of values from 0 to 1.
  std::array<float, 3> mean = {0.485f, 0.456f, 0.406f};
  std::array<float, 3> deviation = {0.229f, 0.224f, 0.225f};

  // Values of one picture: three channels of size rows of size columns.
  size_t values() const { return static_cast<size_t>(size) * size * 3; }
};

// (value / 255 - mean) / deviation, channel by channel, of a picture of
// size x size into transform.values() places.
void Normalize(const Image& picture, const ImageTransform& transform,
               std::span<float> values);

// Sets a part of what Normalize made to 0, which is the mean colour.
void Erase(const ImageArea& area, const ImageTransform& transform,
           std::span<float> values);

// The same of a picture that is not normalised.
void Erase(const ImageArea& area, const ImageTransform& transform,
           Image& picture);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AUGMENTATION_IMAGE_TRANSFORM_H_
