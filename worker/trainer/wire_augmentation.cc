#include "worker/trainer/wire_augmentation.h"

#include <array>
#include <initializer_list>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/training/picture_transform.h"

namespace tunesmith::worker {
namespace {

namespace v1 = tunesmith::v1;
using v1::AugmentationOperation;

constexpr int kMaxSide = 4096;

absl::Status Unresolved(const std::string& field) {
  return absl::InternalError(
      absl::StrCat("the work item leaves a field open: ", field));
}

// INTERNAL unless every field of the kind is there.
absl::StatusOr<OperationKind> Complete(std::initializer_list<bool> given,
                                       OperationKind kind) {
  for (bool field : given) {
    if (!field) return Unresolved("a parameter");
  }
  return kind;
}

// RandomResizedCrop and RandomErasing.
template <typename Plain, typename Wire>
absl::StatusOr<OperationKind> ToParts(const Wire& wire) {
  return Complete({wire.has_min_area(), wire.has_max_area(),
                   wire.has_min_ratio(), wire.has_max_ratio()},
                  Plain{.min_area = wire.min_area(),
                        .max_area = wire.max_area(),
                        .min_ratio = wire.min_ratio(),
                        .max_ratio = wire.max_ratio()});
}

absl::StatusOr<OperationKind> ToKind(const AugmentationOperation::Zoom& wire) {
  return Complete(
      {wire.has_min_factor(), wire.has_max_factor()},
      Zoom{.min_factor = wire.min_factor(), .max_factor = wire.max_factor()});
}

absl::StatusOr<OperationKind> ToKind(
    const AugmentationOperation::Translation& wire) {
  return Complete({wire.has_horizontal(), wire.has_vertical()},
                  Translation{.horizontal = wire.horizontal(),
                              .vertical = wire.vertical()});
}

absl::StatusOr<OperationKind> ToKind(const AugmentationOperation::Shear& wire) {
  return Complete({wire.has_horizontal_degrees(), wire.has_vertical_degrees()},
                  Shear{.horizontal_degrees = wire.horizontal_degrees(),
                        .vertical_degrees = wire.vertical_degrees()});
}

absl::StatusOr<OperationKind> ToKind(
    const AugmentationOperation::ColorJitter& wire) {
  return Complete({wire.has_brightness(), wire.has_contrast(),
                   wire.has_saturation(), wire.has_hue()},
                  ColorJitter{.brightness = wire.brightness(),
                              .contrast = wire.contrast(),
                              .saturation = wire.saturation(),
                              .hue = wire.hue()});
}

absl::StatusOr<OperationKind> ToKind(
    const AugmentationOperation::GaussianBlur& wire) {
  return Complete(
      {wire.has_kernel_size(), wire.has_min_sigma(), wire.has_max_sigma()},
      GaussianBlur{.kernel_size = wire.kernel_size(),
                   .min_sigma = wire.min_sigma(),
                   .max_sigma = wire.max_sigma()});
}

absl::StatusOr<OperationKind> ToKind(
    const AugmentationOperation::RandAugment& wire) {
  return Complete({wire.has_operations(), wire.has_magnitude()},
                  RandAugment{.operations = wire.operations(),
                              .magnitude = wire.magnitude()});
}

absl::StatusOr<OperationKind> ToKind(const AugmentationOperation& wire) {
  switch (wire.kind_case()) {
    case AugmentationOperation::kRotation:
      return OperationKind(Rotation{.degrees = wire.rotation().degrees()});
    case AugmentationOperation::kHorizontalFlip:
      return OperationKind(HorizontalFlip());
    case AugmentationOperation::kVerticalFlip:
      return OperationKind(VerticalFlip());
    case AugmentationOperation::kZoom:
      return ToKind(wire.zoom());
    case AugmentationOperation::kRandomResizedCrop:
      return ToParts<RandomResizedCrop>(wire.random_resized_crop());
    case AugmentationOperation::kTranslation:
      return ToKind(wire.translation());
    case AugmentationOperation::kShear:
      return ToKind(wire.shear());
    case AugmentationOperation::kColorJitter:
      return ToKind(wire.color_jitter());
    case AugmentationOperation::kGrayscale:
      return OperationKind(Grayscale());
    case AugmentationOperation::kGaussianBlur:
      return ToKind(wire.gaussian_blur());
    case AugmentationOperation::kRandomErasing:
      return ToParts<RandomErasing>(wire.random_erasing());
    case AugmentationOperation::kRandAugment:
      return ToKind(wire.rand_augment());
    default:
      return absl::UnimplementedError("not an operation of this trainer");
  }
}

absl::StatusOr<Operation> ToOperation(const AugmentationOperation& wire) {
  if (!wire.has_probability()) return Unresolved("probability");
  TUNESMITH_ASSIGN_OR_RETURN(OperationKind kind, ToKind(wire));
  return Operation{.probability = wire.probability(), .kind = std::move(kind)};
}

using Colors = google::protobuf::RepeatedField<double>;

absl::Status SetColors(const Colors& wire, const std::string& field,
                       std::array<float, 3>& colors) {
  if (wire.size() != 3) return Unresolved(field);
  for (int i = 0; i < 3; ++i) {
    colors[static_cast<size_t>(i)] = static_cast<float>(wire[i]);
  }
  return absl::OkStatus();
}

absl::Status SetNormalization(const AugmentationOperation::Normalization& wire,
                              ImageTransform& transform) {
  TUNESMITH_RETURN_IF_ERROR(SetColors(wire.mean(), "mean", transform.mean));
  TUNESMITH_RETURN_IF_ERROR(SetColors(
      wire.standard_deviation(), "standard_deviation", transform.deviation));
  for (float deviation : transform.deviation) {
    if (!(deviation > 0)) return Unresolved("standard_deviation");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ImageTransform> ToImageTransform(
    const ImageInputFacts& input, const v1::Augmentation& augmentation) {
  ImageTransform transform = TransformOf(input);
  const auto& operations = augmentation.operations();
  if (!operations.empty() && operations.rbegin()->has_normalization()) {
    TUNESMITH_RETURN_IF_ERROR(
        SetNormalization(operations.rbegin()->normalization(), transform));
  }
  return transform;
}

absl::StatusOr<AugmentationPlan> ToAugmentationPlan(
    const v1::Augmentation& augmentation) {
  AugmentationPlan plan;
  for (int i = 0; i < augmentation.operations_size(); ++i) {
    const AugmentationOperation& wire = augmentation.operations(i);
    // The last one: part of the transform.
    if (wire.has_normalization()) continue;
    absl::StatusOr<Operation> operation = ToOperation(wire);
    if (!operation.ok()) {
      return absl::Status(
          operation.status().code(),
          absl::StrCat("augmentation.operations[", i,
                       "]: ", std::string(operation.status().message())));
    }
    plan.operations.push_back(*std::move(operation));
  }
  return plan;
}

absl::StatusOr<BatchMix> ToBatchMix(const v1::Augmentation& augmentation) {
  switch (augmentation.batch_case()) {
    case v1::Augmentation::kMixup:
      if (!augmentation.mixup().has_alpha()) return Unresolved("mixup.alpha");
      return BatchMix(Mixup{.alpha = augmentation.mixup().alpha()});
    case v1::Augmentation::kCutmix:
      if (!augmentation.cutmix().has_alpha()) return Unresolved("cutmix.alpha");
      return BatchMix(CutMix{.alpha = augmentation.cutmix().alpha()});
    case v1::Augmentation::BATCH_NOT_SET:
      break;
  }
  return BatchMix();
}

absl::StatusOr<PictureOptions> ToPictureOptions(
    const ImageInputFacts& input, const v1::Augmentation& augmentation) {
  PictureOptions options;
  TUNESMITH_ASSIGN_OR_RETURN(options.transform,
                             ToImageTransform(input, augmentation));
  TUNESMITH_ASSIGN_OR_RETURN(options.augmentation,
                             ToAugmentationPlan(augmentation));
  TUNESMITH_ASSIGN_OR_RETURN(options.mix, ToBatchMix(augmentation));
  return options;
}

}  // namespace tunesmith::worker
