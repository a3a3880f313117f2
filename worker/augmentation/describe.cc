#include "worker/augmentation/describe.h"

#include <initializer_list>
#include <type_traits>
#include <variant>

#include "absl/strings/str_format.h"

namespace tunesmith::worker {
namespace {

// Hexadecimal: every bit counts.
std::string Text(std::initializer_list<double> values) {
  std::string text;
  for (double value : values) absl::StrAppendFormat(&text, " %a", value);
  return text;
}

struct Describer {
  std::string operator()(const Rotation& o) { return Text({o.degrees}); }
  std::string operator()(const HorizontalFlip&) { return ""; }
  std::string operator()(const VerticalFlip&) { return ""; }
  std::string operator()(const Zoom& o) {
    return Text({o.min_factor, o.max_factor});
  }
  std::string operator()(const RandomResizedCrop& o) {
    return Text({o.min_area, o.max_area, o.min_ratio, o.max_ratio});
  }
  std::string operator()(const Translation& o) {
    return Text({o.horizontal, o.vertical});
  }
  std::string operator()(const Shear& o) {
    return Text({o.horizontal_degrees, o.vertical_degrees});
  }
  std::string operator()(const ColorJitter& o) {
    return Text({o.brightness, o.contrast, o.saturation, o.hue});
  }
  std::string operator()(const Grayscale&) { return ""; }
  std::string operator()(const GaussianBlur& o) {
    return Text({static_cast<double>(o.kernel_size), o.min_sigma, o.max_sigma});
  }
  std::string operator()(const RandomErasing& o) {
    return Text({o.min_area, o.max_area, o.min_ratio, o.max_ratio});
  }
  std::string operator()(const RandAugment& o) {
    return Text(
        {static_cast<double>(o.operations), static_cast<double>(o.magnitude)});
  }
};

}  // namespace

std::string Describe(const ImageTransform& transform) {
  std::string text = absl::StrFormat(
      "size %d of %d, %d, %d, %d", transform.size, transform.resize_size,
      static_cast<int>(transform.scaling), static_cast<int>(transform.rounding),
      static_cast<int>(transform.interpolation));
  for (float value : transform.mean) text += Text({value});
  for (float value : transform.deviation) text += Text({value});
  return text;
}

std::string Describe(const AugmentationPlan& plan) {
  std::string text;
  for (const Operation& operation : plan.operations) {
    absl::StrAppendFormat(&text, "%d%s%s\n", operation.kind.index(),
                          Text({operation.probability}),
                          std::visit(Describer(), operation.kind));
  }
  return text;
}

}  // namespace tunesmith::worker
