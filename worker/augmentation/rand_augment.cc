#include "worker/augmentation/rand_augment.h"

#include <cmath>
#include <utility>

#include "worker/augmentation/color.h"
#include "worker/augmentation/filter.h"
#include "worker/augmentation/geometry.h"
#include "worker/augmentation/tone.h"

namespace tunesmith::worker {
namespace {

constexpr double kMaxMagnitude = 30;
// At the largest magnitude.
constexpr double kMaxShear = 0.3;
constexpr double kMaxTranslation = 150.0 / 331;
constexpr double kMaxDegrees = 30;
constexpr double kMaxEnhancement = 0.9;
constexpr double kLostBits = 4;

// From the corner, as the paper's code; the others move about the middle.
Image ShearedFromCorner(const Image& image, double x, double y) {
  return Warped(image, {.xy = x, .yx = y});
}

Image Translated(const Image& image, double x, double y) {
  return Moved(image, {.move_x = std::trunc(x), .move_y = std::trunc(y)});
}

// The kinds that move pixels. `amount` is -1 to 1.
Image MovedBy(const Image& image, RandAugmentKind kind, double amount) {
  switch (kind) {
    case RandAugmentKind::kShearX:
      return ShearedFromCorner(image, amount * kMaxShear, 0);
    case RandAugmentKind::kShearY:
      return ShearedFromCorner(image, 0, amount * kMaxShear);
    case RandAugmentKind::kTranslateX:
      return Translated(image, amount * kMaxTranslation * image.width, 0);
    case RandAugmentKind::kTranslateY:
      return Translated(image, 0, amount * kMaxTranslation * image.height);
    case RandAugmentKind::kRotate:
      return Rotated(image, amount * kMaxDegrees);
    default:
      return image;
  }
}

// The kinds that change values. `amount` is -1 to 1.
void Recolor(Image& image, RandAugmentKind kind, double amount) {
  switch (kind) {
    case RandAugmentKind::kBrightness:
      return AdjustBrightness(image, 1 + amount * kMaxEnhancement);
    case RandAugmentKind::kColor:
      return AdjustSaturation(image, 1 + amount * kMaxEnhancement);
    case RandAugmentKind::kContrast:
      return AdjustContrast(image, 1 + amount * kMaxEnhancement);
    case RandAugmentKind::kPosterize:
      return Posterize(
          image,
          8 - static_cast<int>(std::nearbyint(std::abs(amount) * kLostBits)));
    case RandAugmentKind::kSolarize:
      return Solarize(image, 255 * (1 - std::abs(amount)));
    case RandAugmentKind::kAutoContrast:
      return AutoContrast(image);
    case RandAugmentKind::kEqualize:
      return Equalize(image);
    default:
      return;
  }
}

bool HasTwoWays(RandAugmentKind kind) {
  return kind >= RandAugmentKind::kShearX &&
         kind <= RandAugmentKind::kSharpness;
}

}  // namespace

Image RandAugmented(Image image, RandAugmentKind kind, int magnitude,
                    bool negative) {
  const double amount = magnitude / kMaxMagnitude * (negative ? -1 : 1);
  if (kind == RandAugmentKind::kSharpness) {
    return Sharpened(image, 1 + amount * kMaxEnhancement);
  }
  if (kind >= RandAugmentKind::kShearX && kind <= RandAugmentKind::kRotate) {
    return MovedBy(image, kind, amount);
  }
  Recolor(image, kind, amount);
  return image;
}

Image Apply(const RandAugment& augment, Image image, Draws& draws) {
  for (int i = 0; i < augment.operations; ++i) {
    const auto kind =
        static_cast<RandAugmentKind>(draws.Below(kRandAugmentKinds));
    const bool negative = draws.Chance(0.5) && HasTwoWays(kind);
    image = RandAugmented(std::move(image), kind, augment.magnitude, negative);
  }
  return image;
}

}  // namespace tunesmith::worker
