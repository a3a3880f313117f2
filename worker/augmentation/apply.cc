#include "worker/augmentation/apply.h"

#include <array>
#include <cmath>
#include <utility>
#include <variant>

#include "worker/augmentation/color.h"
#include "worker/augmentation/filter.h"
#include "worker/augmentation/geometry.h"
#include "worker/augmentation/rand_augment.h"

// Draws of parameters, in torchvision's order.

namespace tunesmith::worker {
namespace {

double Either(double limit, Draws& draws) {
  return draws.Uniform(-limit, limit);
}

Image Apply(const Rotation& rotation, Image image, Draws& draws) {
  return Rotated(image, Either(rotation.degrees, draws));
}

Image Apply(const HorizontalFlip&, Image image, Draws&) {
  FlipColumns(image);
  return image;
}

Image Apply(const VerticalFlip&, Image image, Draws&) {
  FlipRows(image);
  return image;
}

Image Apply(const Zoom& zoom, Image image, Draws& draws) {
  return Moved(image,
               {.scale = draws.Uniform(zoom.min_factor, zoom.max_factor)});
}

// By whole pixels.
Image Apply(const Translation& translation, Image image, Draws& draws) {
  AffineMotion motion;
  motion.move_x =
      std::nearbyint(Either(translation.horizontal * image.width, draws));
  motion.move_y =
      std::nearbyint(Either(translation.vertical * image.height, draws));
  return Moved(image, motion);
}

Image Apply(const Shear& shear, Image image, Draws& draws) {
  AffineMotion motion;
  motion.shear_x_degrees = Either(shear.horizontal_degrees, draws);
  motion.shear_y_degrees = Either(shear.vertical_degrees, draws);
  return Moved(image, motion);
}

Image Apply(const ColorJitter& jitter, Image image, Draws& draws) {
  using Adjustment = void (*)(Image&, double);
  struct Step {
    Adjustment adjust;
    double share;
    double middle;
  };
  std::array<Step, 4> steps = {{{&AdjustBrightness, jitter.brightness, 1},
                                {&AdjustContrast, jitter.contrast, 1},
                                {&AdjustSaturation, jitter.saturation, 1},
                                {&AdjustHue, jitter.hue, 0}}};
  for (int i = static_cast<int>(steps.size()); i > 1; --i) {
    std::swap(steps[static_cast<size_t>(i - 1)],
              steps[static_cast<size_t>(draws.Below(i))]);
  }
  for (const Step& step : steps) {
    const double amount = step.middle + Either(step.share, draws);
    if (step.share > 0) step.adjust(image, amount);
  }
  return image;
}

Image Apply(const Grayscale&, Image image, Draws&) {
  MakeGray(image);
  return image;
}

Image Apply(const GaussianBlur& blur, Image image, Draws& draws) {
  return GaussianBlurred(image, blur.kernel_size,
                         draws.Uniform(blur.min_sigma, blur.max_sigma));
}

// Done where the network's size is known.
Image Apply(const RandomResizedCrop&, Image image, Draws&) { return image; }
Image Apply(const RandomErasing&, Image image, Draws&) { return image; }

}  // namespace

Image Apply(const OperationKind& kind, Image image, Draws& draws) {
  return std::visit(
      [&](const auto& operation) {
        return Apply(operation, std::move(image), draws);
      },
      kind);
}

}  // namespace tunesmith::worker
