#include "client/cli/render/augmentation_text.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/render/quantity.h"

namespace tunesmith::cli {
namespace {

using v1::AugmentationOperation;

std::string Percent(double share) {
  return absl::StrCat(FormatFigure(share * 100), "%");
}

std::string Between(const std::string& low, const std::string& high) {
  return low == high ? low : absl::StrCat(low, " to ", high);
}

template <typename Parts>
std::string Area(const Parts& parts) {
  return absl::StrCat(
      " of ", Between(Percent(parts.min_area()), Percent(parts.max_area())),
      " of the area");
}

std::string Jitter(const AugmentationOperation::ColorJitter& jitter) {
  std::vector<std::string> parts;
  auto add = [&parts](const char* name, double share) {
    if (share <= 0) return;
    parts.push_back(absl::StrCat(name, " up to ", Percent(share)));
  };
  add("brightness", jitter.brightness());
  add("contrast", jitter.contrast());
  add("saturation", jitter.saturation());
  add("hue", jitter.hue());
  return parts.empty() ? "no change of colour" : absl::StrJoin(parts, ", ");
}

std::string Shear(const AugmentationOperation::Shear& shear) {
  std::string text = absl::StrCat(
      "shear up to ", FormatFigure(shear.horizontal_degrees()), " degrees");
  if (shear.vertical_degrees() > 0) {
    absl::StrAppend(&text, ", vertically up to ",
                    FormatFigure(shear.vertical_degrees()));
  }
  return text;
}

std::string Describe(const AugmentationOperation& operation) {
  switch (operation.kind_case()) {
    case AugmentationOperation::kRotation:
      return absl::StrCat("rotation up to ",
                          FormatFigure(operation.rotation().degrees()),
                          " degrees");
    case AugmentationOperation::kHorizontalFlip:
      return "horizontal flip";
    case AugmentationOperation::kVerticalFlip:
      return "vertical flip";
    case AugmentationOperation::kZoom:
      return absl::StrCat("zoom ",
                          Between(FormatFigure(operation.zoom().min_factor()),
                                  FormatFigure(operation.zoom().max_factor())));
    case AugmentationOperation::kRandomResizedCrop:
      return absl::StrCat("crop", Area(operation.random_resized_crop()));
    case AugmentationOperation::kTranslation:
      return absl::StrCat("translation up to ",
                          Percent(operation.translation().horizontal()), " x ",
                          Percent(operation.translation().vertical()));
    case AugmentationOperation::kShear:
      return Shear(operation.shear());
    case AugmentationOperation::kColorJitter:
      return Jitter(operation.color_jitter());
    case AugmentationOperation::kGrayscale:
      return "grayscale";
    case AugmentationOperation::kGaussianBlur:
      return absl::StrCat(
          "blur ",
          Between(FormatFigure(operation.gaussian_blur().min_sigma()),
                  FormatFigure(operation.gaussian_blur().max_sigma())),
          " pixels");
    case AugmentationOperation::kRandomErasing:
      return absl::StrCat("erasing", Area(operation.random_erasing()));
    case AugmentationOperation::kRandAugment:
      return absl::StrCat("RandAugment ", operation.rand_augment().operations(),
                          " of magnitude ",
                          operation.rand_augment().magnitude());
    default:
      return "an operation that this version does not know";
  }
}

}  // namespace

std::string DescribeAugmentation(const v1::Augmentation& augmentation) {
  std::vector<std::string> parts;
  for (const AugmentationOperation& operation : augmentation.operations()) {
    if (operation.has_normalization()) continue;
    std::string text = Describe(operation);
    if (operation.has_probability() && operation.probability() != 1) {
      absl::StrAppend(&text, " (", Percent(operation.probability()), ")");
    }
    parts.push_back(std::move(text));
  }
  if (augmentation.has_mixup()) {
    parts.push_back(
        absl::StrCat("mixup ", FormatFigure(augmentation.mixup().alpha())));
  } else if (augmentation.has_cutmix()) {
    parts.push_back(
        absl::StrCat("CutMix ", FormatFigure(augmentation.cutmix().alpha())));
  }
  return parts.empty() ? "none" : absl::StrJoin(parts, ", ");
}

}  // namespace tunesmith::cli
