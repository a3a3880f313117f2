#include "server/jobs/augmentation_defaults.h"

#include <algorithm>

namespace tunesmith::server {
namespace {

using v1::AugmentationOperation;

// Of a crop that nobody asked for: what is in the picture is still in it.
constexpr double kDefaultMinArea = 0.5;
constexpr double kFlipProbability = 0.5;
constexpr double kErasingProbability = 0.5;
constexpr double kGrayscaleProbability = 0.1;
constexpr double kMinFactor = 0.8;
constexpr double kMaxFactor = 1.2;
// Those of torchvision's RandomResizedCrop.
constexpr double kMinCropArea = 0.08;
constexpr double kMaxCropArea = 1;
constexpr double kMinCropRatio = 3.0 / 4;
constexpr double kMaxCropRatio = 4.0 / 3;
constexpr double kTranslation = 0.1;
constexpr double kHorizontalShear = 10;
constexpr double kVerticalShear = 0;
constexpr double kJitter = 0.2;
constexpr double kHue = 0;
constexpr int kKernelSize = 5;
constexpr double kMinSigma = 0.1;
constexpr double kMaxSigma = 2;
// Those of torchvision's RandomErasing.
constexpr double kMinErasedArea = 0.02;
constexpr double kMaxErasedArea = 0.33;
constexpr double kMinErasedRatio = 0.3;
constexpr double kMaxErasedRatio = 3.3;
constexpr int kRandAugmentOperations = 2;
constexpr int kMagnitude = 9;
constexpr double kMixupAlpha = 0.2;
constexpr double kCutMixAlpha = 1;

double ProbabilityOf(const AugmentationOperation& operation) {
  switch (operation.kind_case()) {
    case AugmentationOperation::kHorizontalFlip:
    case AugmentationOperation::kVerticalFlip:
      return kFlipProbability;
    case AugmentationOperation::kRandomErasing:
      return kErasingProbability;
    case AugmentationOperation::kGrayscale:
      return kGrayscaleProbability;
    default:
      return 1;
  }
}

struct Range {
  double low;
  double high;
};

// What two bounds are. One that is set takes the other one's default along
// where that lies beyond it.
Range Completed(bool has_low, double low, bool has_high, double high,
                const Range& defaults) {
  Range range = {has_low ? low : defaults.low, has_high ? high : defaults.high};
  if (!has_low) range.low = std::min(range.low, range.high);
  if (!has_high) range.high = std::max(range.low, range.high);
  return range;
}

template <typename Parts>
void FillParts(Parts& parts, const Range& area_defaults,
               const Range& ratio_defaults) {
  const Range area =
      Completed(parts.has_min_area(), parts.min_area(), parts.has_max_area(),
                parts.max_area(), area_defaults);
  parts.set_min_area(area.low);
  parts.set_max_area(area.high);
  const Range ratio =
      Completed(parts.has_min_ratio(), parts.min_ratio(), parts.has_max_ratio(),
                parts.max_ratio(), ratio_defaults);
  parts.set_min_ratio(ratio.low);
  parts.set_max_ratio(ratio.high);
}

void Fill(AugmentationOperation::Zoom& zoom) {
  const Range factor =
      Completed(zoom.has_min_factor(), zoom.min_factor(), zoom.has_max_factor(),
                zoom.max_factor(), {kMinFactor, kMaxFactor});
  zoom.set_min_factor(factor.low);
  zoom.set_max_factor(factor.high);
}

void Fill(AugmentationOperation::Translation& translation) {
  if (!translation.has_horizontal()) translation.set_horizontal(kTranslation);
  if (!translation.has_vertical()) translation.set_vertical(kTranslation);
}

void Fill(AugmentationOperation::Shear& shear) {
  if (!shear.has_horizontal_degrees()) {
    shear.set_horizontal_degrees(kHorizontalShear);
  }
  if (!shear.has_vertical_degrees()) {
    shear.set_vertical_degrees(kVerticalShear);
  }
}

void Fill(AugmentationOperation::ColorJitter& jitter) {
  if (!jitter.has_brightness()) jitter.set_brightness(kJitter);
  if (!jitter.has_contrast()) jitter.set_contrast(kJitter);
  if (!jitter.has_saturation()) jitter.set_saturation(kJitter);
  if (!jitter.has_hue()) jitter.set_hue(kHue);
}

void Fill(AugmentationOperation::GaussianBlur& blur) {
  if (!blur.has_kernel_size()) blur.set_kernel_size(kKernelSize);
  const Range sigma =
      Completed(blur.has_min_sigma(), blur.min_sigma(), blur.has_max_sigma(),
                blur.max_sigma(), {kMinSigma, kMaxSigma});
  blur.set_min_sigma(sigma.low);
  blur.set_max_sigma(sigma.high);
}

void Fill(AugmentationOperation::RandAugment& augment) {
  if (!augment.has_operations()) {
    augment.set_operations(kRandAugmentOperations);
  }
  if (!augment.has_magnitude()) augment.set_magnitude(kMagnitude);
}

void FillOperation(AugmentationOperation& operation) {
  if (!operation.has_probability()) {
    operation.set_probability(ProbabilityOf(operation));
  }
  switch (operation.kind_case()) {
    case AugmentationOperation::kZoom:
      return Fill(*operation.mutable_zoom());
    case AugmentationOperation::kRandomResizedCrop:
      return FillParts(*operation.mutable_random_resized_crop(),
                       {kMinCropArea, kMaxCropArea},
                       {kMinCropRatio, kMaxCropRatio});
    case AugmentationOperation::kTranslation:
      return Fill(*operation.mutable_translation());
    case AugmentationOperation::kShear:
      return Fill(*operation.mutable_shear());
    case AugmentationOperation::kColorJitter:
      return Fill(*operation.mutable_color_jitter());
    case AugmentationOperation::kGaussianBlur:
      return Fill(*operation.mutable_gaussian_blur());
    case AugmentationOperation::kRandomErasing:
      return FillParts(*operation.mutable_random_erasing(),
                       {kMinErasedArea, kMaxErasedArea},
                       {kMinErasedRatio, kMaxErasedRatio});
    case AugmentationOperation::kRandAugment:
      return Fill(*operation.mutable_rand_augment());
    default:
      return;
  }
}

AugmentationOperation& LastNormalization(v1::Augmentation& augmentation) {
  auto& operations = *augmentation.mutable_operations();
  if (operations.empty() ||
      !operations[operations.size() - 1].has_normalization()) {
    operations.Add()->mutable_normalization();
  }
  return operations[operations.size() - 1];
}

}  // namespace

v1::Augmentation DefaultAugmentation(bool head_only) {
  v1::Augmentation augmentation;
  if (head_only) return augmentation;
  augmentation.add_operations()->mutable_random_resized_crop()->set_min_area(
      kDefaultMinArea);
  augmentation.add_operations()->mutable_horizontal_flip();
  return augmentation;
}

bool IsVaried(const v1::Augmentation& augmentation) {
  return std::any_of(augmentation.operations().begin(),
                     augmentation.operations().end(),
                     [](const AugmentationOperation& operation) {
                       return !operation.has_normalization();
                     });
}

void FillAugmentation(v1::Augmentation& augmentation) {
  for (AugmentationOperation& operation : *augmentation.mutable_operations()) {
    FillOperation(operation);
  }
  if (augmentation.has_mixup() && !augmentation.mixup().has_alpha()) {
    augmentation.mutable_mixup()->set_alpha(kMixupAlpha);
  }
  if (augmentation.has_cutmix() && !augmentation.cutmix().has_alpha()) {
    augmentation.mutable_cutmix()->set_alpha(kCutMixAlpha);
  }
}

void FillNormalization(const v1::ImageInput& input,
                       v1::Augmentation& augmentation) {
  AugmentationOperation& operation = LastNormalization(augmentation);
  operation.set_probability(1);
  AugmentationOperation::Normalization& normalization =
      *operation.mutable_normalization();
  if (normalization.mean().empty()) {
    *normalization.mutable_mean() = input.mean();
  }
  if (normalization.standard_deviation().empty()) {
    *normalization.mutable_standard_deviation() = input.standard_deviation();
  }
}

}  // namespace tunesmith::server
