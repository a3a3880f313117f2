#include "worker/augmentation/augment_image.h"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "worker/augmentation/apply.h"
#include "worker/augmentation/area.h"

namespace tunesmith::worker {
namespace {

// Of the longer side to the shorter one.
constexpr int kMaxRatio = 10;

MiddleOptions Middle(const ImageTransform& transform, int longest) {
  return {.size = transform.resize_size,
          .max_width = longest,
          .max_height = longest,
          .scaling = transform.scaling,
          .interpolation = transform.interpolation,
          .rounding = transform.rounding};
}

// A picture on its way through the operations.
class Augmentation {
 public:
  // Both must outlive it.
  Augmentation(const Image& decoded, const ImageTransform& transform)
      : decoded_(decoded), transform_(transform) {}

  void Do(const AugmentationPlan& plan, const AugmentationKey& key) {
    for (size_t i = 0; i < plan.operations.size(); ++i) {
      const Operation& operation = plan.operations[i];
      Draws draws(key, i);
      if (!draws.Chance(operation.probability)) continue;
      if (const auto* crop = std::get_if<RandomResizedCrop>(&operation.kind)) {
        Crop(i == 0 ? decoded_ : Scaled(), *crop, draws);
      } else if (const auto* erasing =
                     std::get_if<RandomErasing>(&operation.kind)) {
        std::optional<ImageArea> area =
            DrawErasure(*erasing, transform_.size, transform_.size, draws);
        if (area.has_value()) erased_.push_back(*area);
      } else {
        image_ = Apply(operation.kind, std::move(Scaled()), draws);
      }
    }
  }

  // What is to be erased.
  const std::vector<ImageArea>& erased() const { return erased_; }

  // size x size. Call it once.
  Image Take() {
    if (!image_.has_value()) return EvaluatedPicture(decoded_, transform_);
    if (image_->width == transform_.size && image_->height == transform_.size) {
      return *std::move(image_);
    }
    return CenterCrop(*image_, transform_.size, transform_.rounding);
  }

 private:
  Image& Scaled() {
    if (!image_.has_value()) {
      image_ = ResizeMiddle(
          decoded_, Middle(transform_, transform_.resize_size * kMaxRatio));
    }
    return *image_;
  }

  void Crop(const Image& image, const RandomResizedCrop& crop, Draws& draws) {
    const ImageArea area = DrawCrop(crop, image.width, image.height, draws);
    image_ = ResizePart(image, area, transform_.size, transform_.size,
                        transform_.interpolation);
  }

  const Image& decoded_;
  const ImageTransform& transform_;
  // Unset until it differs from the decoded picture, which is large.
  std::optional<Image> image_;
  std::vector<ImageArea> erased_;
};

}  // namespace

void AugmentImage(const Image& decoded, const ImageTransform& transform,
                  const AugmentationPlan& plan, const AugmentationKey& key,
                  std::span<float> values) {
  Augmentation augmentation(decoded, transform);
  augmentation.Do(plan, key);
  Normalize(augmentation.Take(), transform, values);
  for (const ImageArea& area : augmentation.erased()) {
    Erase(area, transform, values);
  }
}

Image AugmentedPicture(const Image& decoded, const ImageTransform& transform,
                       const AugmentationPlan& plan,
                       const AugmentationKey& key) {
  Augmentation augmentation(decoded, transform);
  augmentation.Do(plan, key);
  Image picture = augmentation.Take();
  for (const ImageArea& area : augmentation.erased()) {
    Erase(area, transform, picture);
  }
  return picture;
}

void EvaluateImage(const Image& decoded, const ImageTransform& transform,
                   std::span<float> values) {
  Normalize(EvaluatedPicture(decoded, transform), transform, values);
}

Image EvaluatedPicture(const Image& decoded, const ImageTransform& transform) {
  return CenterCrop(ResizeMiddle(decoded, Middle(transform, transform.size)),
                    transform.size, transform.rounding);
}

}  // namespace tunesmith::worker
