// Any parameters within the contract's bounds, on any picture.

#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/worker/augmentation/random_picture.h"
#include "worker/augmentation/augment_image.h"

namespace tunesmith::worker {
namespace {

class RandomPlan {
 public:
  explicit RandomPlan(unsigned seed) : random_(seed) {}

  AugmentationPlan Plan() {
    AugmentationPlan plan;
    const int count = Integer(0, 6);
    for (int i = 0; i < count; ++i) {
      plan.operations.push_back({.probability = Number(0, 1), .kind = Kind()});
    }
    return plan;
  }

  Image Picture() {
    // Small ones are where things go wrong.
    const bool tiny = Integer(0, 1) == 0;
    const int width = Integer(1, tiny ? 4 : 300);
    const int height = Integer(1, Integer(0, 1) == 0 ? 4 : 200);
    return RandomPicture(width, height, random_);
  }

  ImageTransform Transform() {
    return {.size = Integer(1, 40),
            .resize_size = Integer(1, 50),
            .interpolation = Integer(0, 1) == 0 ? Interpolation::kBilinear
                                                : Interpolation::kBicubic};
  }

  AugmentationKey Key() {
    return {.seed = static_cast<int64_t>(random_()),
            .epoch = random_(),
            .sample = random_()};
  }

 private:
  int Integer(int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random_);
  }
  // The bounds themselves are as likely as all between them.
  double Number(double low, double high) {
    switch (Integer(0, 5)) {
      case 0:
        return low;
      case 1:
        return high;
      default:
        return std::uniform_real_distribution<double>(low, high)(random_);
    }
  }
  struct Range {
    double low;
    double high;
  };
  Range Between(double low, double high) {
    const double first = Number(low, high);
    return {first, Number(first, high)};
  }

  OperationKind Kind() {
    switch (Integer(0, 11)) {
      case 0:
        return Rotation{.degrees = Number(1e-9, 180)};
      case 1:
        return HorizontalFlip();
      case 2:
        return VerticalFlip();
      case 3: {
        const Range factor = Between(0.1, 10);
        return Zoom{.min_factor = factor.low, .max_factor = factor.high};
      }
      case 4: {
        const Range area = Between(1e-300, 1), ratio = Between(0.01, 100);
        return RandomResizedCrop{.min_area = area.low,
                                 .max_area = area.high,
                                 .min_ratio = ratio.low,
                                 .max_ratio = ratio.high};
      }
      case 5:
        return Translation{.horizontal = Number(0, 1),
                           .vertical = Number(0, 1)};
      case 6:
        return Shear{.horizontal_degrees = Number(0, 89),
                     .vertical_degrees = Number(0, 89)};
      case 7:
        return ColorJitter{.brightness = Number(0, 1),
                           .contrast = Number(0, 1),
                           .saturation = Number(0, 1),
                           .hue = Number(0, 0.5)};
      case 8:
        return Grayscale();
      case 9: {
        const Range sigma = Between(1e-300, 100);
        return GaussianBlur{.kernel_size = Integer(0, 49) * 2 + 1,
                            .min_sigma = sigma.low,
                            .max_sigma = sigma.high};
      }
      case 10: {
        const Range area = Between(1e-300, 1), ratio = Between(0.01, 100);
        return RandomErasing{.min_area = area.low,
                             .max_area = area.high,
                             .min_ratio = ratio.low,
                             .max_ratio = ratio.high};
      }
      default:
        return RandAugment{.operations = Integer(1, 14),
                           .magnitude = Integer(0, 30)};
    }
  }

  std::mt19937 random_;
};

TEST(RandomPlanTest, EveryValueIsWrittenAndFinite) {
  for (unsigned seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    RandomPlan random(seed);
    const AugmentationPlan plan = random.Plan();
    const Image image = random.Picture();
    const ImageTransform transform = random.Transform();
    std::vector<float> values(transform.values(), NAN);
    AugmentImage(image, transform, plan, random.Key(), values);
    for (float value : values) ASSERT_TRUE(std::isfinite(value));
  }
}

}  // namespace
}  // namespace tunesmith::worker
