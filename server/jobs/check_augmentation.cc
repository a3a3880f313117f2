#include <algorithm>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "server/jobs/check_spec.h"

namespace tunesmith::server {
namespace {

using v1::AugmentationOperation;

// Besides normalisation, which the server adds.
constexpr int kMaxOperations = 32;
constexpr int kColors = 3;
constexpr int kMaxKernelSize = 99;
constexpr int kMaxRandAugmentOperations = 14;
constexpr int kMaxMagnitude = 30;

constexpr Bounds kShare = {.low = 0, .high = 1};
constexpr Bounds kPart = {.low = 0, .high = 1, .without_low = true};
constexpr Bounds kDegrees = {.low = 0, .high = 180, .without_low = true};
constexpr Bounds kFactor = {.low = 0.1, .high = 10};
constexpr Bounds kRatio = {.low = 0.01, .high = 100};
constexpr Bounds kShearDegrees = {.low = 0, .high = 89};
constexpr Bounds kHue = {.low = 0, .high = 0.5};
constexpr Bounds kSigma = {.low = 0, .high = 100, .without_low = true};
constexpr Bounds kAlpha = {.low = 0, .high = 100, .without_low = true};

// A field that may be left out.
struct OptionalNumber {
  bool given;
  double value;
};

void CheckOptional(std::string_view field, OptionalNumber number,
                   const Bounds& bounds, const FieldScope& scope) {
  if (number.given) scope.CheckNumber(field, number.value, bounds);
}

// `min_{name}` and `max_{name}`.
void CheckRange(const std::string& name, OptionalNumber low,
                OptionalNumber high, const Bounds& bounds,
                const FieldScope& scope) {
  CheckOptional("min_" + name, low, bounds, scope);
  Bounds upper = bounds;
  if (low.given && bounds.Contain(low.value)) {
    upper.low = low.value;
    upper.without_low = false;
  }
  CheckOptional("max_" + name, high, upper, scope);
}

// Messages with bounds of an area and of a ratio.
template <typename Parts>
void CheckParts(const Parts& parts, const FieldScope& scope) {
  CheckRange("area", {parts.has_min_area(), parts.min_area()},
             {parts.has_max_area(), parts.max_area()}, kPart, scope);
  CheckRange("ratio", {parts.has_min_ratio(), parts.min_ratio()},
             {parts.has_max_ratio(), parts.max_ratio()}, kRatio, scope);
}

void Check(const AugmentationOperation::Rotation& rotation,
           const FieldScope& scope) {
  scope.CheckNumber("degrees", rotation.degrees(), kDegrees);
}

void Check(const AugmentationOperation::Zoom& zoom, const FieldScope& scope) {
  CheckRange("factor", {zoom.has_min_factor(), zoom.min_factor()},
             {zoom.has_max_factor(), zoom.max_factor()}, kFactor, scope);
}

void Check(const AugmentationOperation::Translation& translation,
           const FieldScope& scope) {
  CheckOptional("horizontal",
                {translation.has_horizontal(), translation.horizontal()},
                kShare, scope);
  CheckOptional("vertical",
                {translation.has_vertical(), translation.vertical()}, kShare,
                scope);
}

void Check(const AugmentationOperation::Shear& shear, const FieldScope& scope) {
  CheckOptional("horizontal_degrees",
                {shear.has_horizontal_degrees(), shear.horizontal_degrees()},
                kShearDegrees, scope);
  CheckOptional("vertical_degrees",
                {shear.has_vertical_degrees(), shear.vertical_degrees()},
                kShearDegrees, scope);
}

void Check(const AugmentationOperation::ColorJitter& jitter,
           const FieldScope& scope) {
  CheckOptional("brightness", {jitter.has_brightness(), jitter.brightness()},
                kShare, scope);
  CheckOptional("contrast", {jitter.has_contrast(), jitter.contrast()}, kShare,
                scope);
  CheckOptional("saturation", {jitter.has_saturation(), jitter.saturation()},
                kShare, scope);
  CheckOptional("hue", {jitter.has_hue(), jitter.hue()}, kHue, scope);
}

void Check(const AugmentationOperation::GaussianBlur& blur,
           const FieldScope& scope) {
  if (blur.has_kernel_size()) {
    const int size = blur.kernel_size();
    if (size < 1 || size > kMaxKernelSize || size % 2 == 0) {
      scope.Add("kernel_size", absl::StrCat("must be odd and from 1 to ",
                                            kMaxKernelSize, ", got: ", size));
    }
  }
  CheckRange("sigma", {blur.has_min_sigma(), blur.min_sigma()},
             {blur.has_max_sigma(), blur.max_sigma()}, kSigma, scope);
}

void Check(const AugmentationOperation::RandAugment& augment,
           const FieldScope& scope) {
  if (augment.has_operations()) {
    scope.CheckInteger("operations", augment.operations(), 1,
                       kMaxRandAugmentOperations);
  }
  if (augment.has_magnitude()) {
    scope.CheckInteger("magnitude", augment.magnitude(), 0, kMaxMagnitude);
  }
}

using Colors = google::protobuf::RepeatedField<double>;

void CheckColors(const Colors& values, std::string_view field,
                 const Bounds& bounds, const FieldScope& scope) {
  if (values.empty()) return;
  if (values.size() != kColors) {
    scope.Add(field, absl::StrCat("must be three values: red, green, blue, "
                                  "got: ",
                                  values.size()));
    return;
  }
  for (int i = 0; i < kColors; ++i) {
    scope.At(field, i).CheckNumber("", values[i], bounds);
  }
}

void Check(const AugmentationOperation::Normalization& normalization,
           const FieldScope& scope) {
  CheckColors(normalization.mean(), "mean", kShare, scope);
  CheckColors(normalization.standard_deviation(), "standard_deviation", kPart,
              scope);
}

void CheckOperation(const AugmentationOperation& operation,
                    const FieldScope& scope) {
  CheckOptional("probability",
                {operation.has_probability(), operation.probability()}, kShare,
                scope);
  switch (operation.kind_case()) {
    case AugmentationOperation::kRotation:
      return Check(operation.rotation(), scope.At("rotation"));
    case AugmentationOperation::kZoom:
      return Check(operation.zoom(), scope.At("zoom"));
    case AugmentationOperation::kRandomResizedCrop:
      return CheckParts(operation.random_resized_crop(),
                        scope.At("random_resized_crop"));
    case AugmentationOperation::kTranslation:
      return Check(operation.translation(), scope.At("translation"));
    case AugmentationOperation::kShear:
      return Check(operation.shear(), scope.At("shear"));
    case AugmentationOperation::kColorJitter:
      return Check(operation.color_jitter(), scope.At("color_jitter"));
    case AugmentationOperation::kGaussianBlur:
      return Check(operation.gaussian_blur(), scope.At("gaussian_blur"));
    case AugmentationOperation::kRandomErasing:
      return CheckParts(operation.random_erasing(), scope.At("random_erasing"));
    case AugmentationOperation::kRandAugment:
      return Check(operation.rand_augment(), scope.At("rand_augment"));
    case AugmentationOperation::kNormalization:
      return Check(operation.normalization(), scope.At("normalization"));
    case AugmentationOperation::kHorizontalFlip:
    case AugmentationOperation::kVerticalFlip:
    case AugmentationOperation::kGrayscale:
      return;
    case AugmentationOperation::KIND_NOT_SET:
      return scope.Add("",
                       "set one of: rotation, horizontal_flip, vertical_flip, "
                       "zoom, random_resized_crop, translation, shear, "
                       "color_jitter, grayscale, gaussian_blur, "
                       "random_erasing, rand_augment, normalization");
  }
}

using Operations =
    google::protobuf::RepeatedPtrField<v1::AugmentationOperation>;

// Normalisation comes last and is always done; erasing comes right before it.
void CheckOrder(const Operations& operations, const FieldScope& scope) {
  for (int i = 0; i < operations.size(); ++i) {
    const AugmentationOperation& operation = operations[i];
    const FieldScope here = scope.At("operations", i);
    if (operation.has_normalization()) {
      if (i + 1 < operations.size()) {
        here.Add("normalization", "must be the last operation");
      }
      if (operation.has_probability() && operation.probability() != 1) {
        here.Add("probability", absl::StrCat("normalization is always done: "
                                             "leave it out, got: ",
                                             operation.probability()));
      }
    } else if (operation.has_random_erasing() && i + 1 < operations.size() &&
               !operations[i + 1].has_random_erasing() &&
               !operations[i + 1].has_normalization()) {
      here.Add("random_erasing",
               "must come after all others but normalization");
    }
  }
}

}  // namespace

void CheckAugmentation(const v1::Augmentation& augmentation,
                       const FieldScope& scope) {
  const Operations& operations = augmentation.operations();
  const auto varying =
      std::count_if(operations.begin(), operations.end(),
                    [](const AugmentationOperation& operation) {
                      return !operation.has_normalization();
                    });
  if (varying > kMaxOperations || operations.size() > kMaxOperations + 1) {
    scope.Add("operations",
              absl::StrCat("must be at most ", kMaxOperations,
                           " besides normalization, got: ", operations.size()));
    return;
  }
  for (int i = 0; i < operations.size(); ++i) {
    CheckOperation(operations[i], scope.At("operations", i));
  }
  CheckOrder(operations, scope);
  if (augmentation.mixup().has_alpha()) {
    scope.At("mixup").CheckNumber("alpha", augmentation.mixup().alpha(),
                                  kAlpha);
  }
  if (augmentation.cutmix().has_alpha()) {
    scope.At("cutmix").CheckNumber("alpha", augmentation.cutmix().alpha(),
                                   kAlpha);
  }
}

}  // namespace tunesmith::server
