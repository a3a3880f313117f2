#include "worker/training/picture_reader.h"

#include <string>

#include "absl/strings/numbers.h"
#include "proto/contract/base/status_macros.h"
#include "worker/augmentation/augment_image.h"
#include "worker/data/image_inspection.h"
#include "worker/images/decode.h"

namespace tunesmith::worker {
namespace {

// The same picture is varied in the same way wherever it comes from.
uint64_t IdentityOf(const PictureSource& picture) {
  uint64_t identity = 0;
  // Digests have 64 digits.
  (void)absl::SimpleHexAtoi(picture.digest.substr(0, 16), &identity);
  return identity;
}

}  // namespace

absl::Status PictureReader::Read(const Example& example, const BatchUse& use,
                                 std::span<float> values) const {
  const PictureSource& picture = example.picture;
  TUNESMITH_ASSIGN_OR_RETURN(
      std::string bytes,
      picture.archive->Read(picture.file, kMaxImageFileBytes));
  TUNESMITH_ASSIGN_OR_RETURN(Image image, DecodeImage(bytes));
  if (use.training) {
    AugmentImage(image, options_.transform, options_.augmentation,
                 {.seed = seed_,
                  .epoch = static_cast<uint64_t>(use.epoch),
                  .sample = IdentityOf(picture)},
                 values);
  } else {
    EvaluateImage(image, options_.transform, values);
  }
  return absl::OkStatus();
}

ImageTransform TransformOf(const ImageInputFacts& input) {
  ImageTransform transform{
      .size = input.size,
      .resize_size = input.resize_size,
      .interpolation = input.bicubic ? Interpolation::kBicubic
                                     : Interpolation::kBilinear,
      .bgr = input.bgr};
  for (size_t i = 0; i < input.mean.size(); ++i) {
    transform.mean[i] = static_cast<float>(input.mean[i]);
    transform.deviation[i] = static_cast<float>(input.deviation[i]);
  }
  return transform;
}

}  // namespace tunesmith::worker
