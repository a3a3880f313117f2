#include "worker/training/picture_reader.h"

#include <string>

#include "proto/contract/base/status_macros.h"
#include "worker/augmentation/augment_image.h"
#include "worker/augmentation/picture_key.h"
#include "worker/data/image_inspection.h"
#include "worker/images/decode.h"

namespace tunesmith::worker {

absl::Status PictureReader::Read(const Example& example, const BatchUse& use,
                                 std::span<float> values) const {
  const PictureSource& picture = example.picture;
  TUNESMITH_ASSIGN_OR_RETURN(
      std::string bytes,
      picture.archive->Read(picture.file, kMaxImageFileBytes));
  TUNESMITH_ASSIGN_OR_RETURN(Image image, DecodeImage(bytes));
  if (use.training) {
    AugmentImage(image, options_.transform, options_.augmentation,
                 KeyOfPicture(seed_, use.epoch, picture.digest), values);
  } else {
    EvaluateImage(image, options_.transform, values);
  }
  return absl::OkStatus();
}

ImageTransform TransformOf(const ImageInputFacts& input) {
  ImageTransform transform{.size = input.size,
                           .resize_size = input.resize_size,
                           .interpolation = input.bicubic
                                                ? Interpolation::kBicubic
                                                : Interpolation::kBilinear,
                           .bgr = input.bgr};
  for (size_t i = 0; i < input.mean.size(); ++i) {
    transform.mean[i] = static_cast<float>(input.mean[i]);
    transform.deviation[i] = static_cast<float>(input.deviation[i]);
  }
  return transform;
}

}  // namespace tunesmith::worker
