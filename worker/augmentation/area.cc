#include "worker/augmentation/area.h"

#include <algorithm>
#include <cmath>

namespace tunesmith::worker {
namespace {

constexpr int kTries = 10;

// Halves to the even side, as Python rounds. Saturates.
int Round(double length) {
  return static_cast<int>(std::nearbyint(std::min(length, 1e9)));
}

// The largest part of the middle whose ratio is within the bounds.
ImageArea MiddleWithin(const RandomResizedCrop& crop, int width, int height) {
  const double ratio = static_cast<double>(width) / height;
  ImageArea area{.width = width, .height = height};
  if (ratio < crop.min_ratio) {
    area.height = std::clamp(Round(width / crop.min_ratio), 1, height);
  } else if (ratio > crop.max_ratio) {
    area.width = std::clamp(Round(height * crop.max_ratio), 1, width);
  }
  area.left = (width - area.width) / 2;
  area.top = (height - area.height) / 2;
  return area;
}

}  // namespace

ImageArea DrawCrop(const RandomResizedCrop& crop, int width, int height,
                   Draws& draws) {
  const double pixels = static_cast<double>(width) * height;
  for (int i = 0; i < kTries; ++i) {
    const double share = draws.Uniform(crop.min_area, crop.max_area);
    const double ratio = draws.LogUniform(crop.min_ratio, crop.max_ratio);
    ImageArea area{.width = Round(std::sqrt(pixels * share * ratio)),
                   .height = Round(std::sqrt(pixels * share / ratio))};
    if (area.width < 1 || area.width > width || area.height < 1 ||
        area.height > height) {
      continue;
    }
    area.top = draws.Below(height - area.height + 1);
    area.left = draws.Below(width - area.width + 1);
    return area;
  }
  return MiddleWithin(crop, width, height);
}

std::optional<ImageArea> DrawErasure(const RandomErasing& erasing, int width,
                                     int height, Draws& draws) {
  const double pixels = static_cast<double>(width) * height;
  for (int i = 0; i < kTries; ++i) {
    const double share = draws.Uniform(erasing.min_area, erasing.max_area);
    const double ratio = draws.LogUniform(erasing.min_ratio, erasing.max_ratio);
    ImageArea area{.width = Round(std::sqrt(pixels * share / ratio)),
                   .height = Round(std::sqrt(pixels * share * ratio))};
    if (area.width >= width || area.height >= height) continue;
    area.top = draws.Below(height - area.height + 1);
    area.left = draws.Below(width - area.width + 1);
    return area;
  }
  return std::nullopt;
}

}  // namespace tunesmith::worker
