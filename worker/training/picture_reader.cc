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

}  // namespace tunesmith::worker
