#include "worker/training/picture_reader.h"

#include <string>

#include "proto/contract/base/status_macros.h"
#include "worker/data/image_inspection.h"
#include "worker/images/decode.h"
#include "worker/images/resize.h"

namespace tunesmith::worker {

absl::Status PictureReader::Read(const Example& example,
                                 std::span<float> values) const {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::string bytes, example.picture.archive->Read(example.picture.file,
                                                       kMaxImageFileBytes));
  TUNESMITH_ASSIGN_OR_RETURN(Image image, DecodeImage(bytes));
  const Interpolation interpolation =
      input_.bicubic ? Interpolation::kBicubic : Interpolation::kBilinear;
  image = CenterCrop(
      ResizeShorterSide(image, input_.resize_size, interpolation),
      input_.size);
  const size_t pixels = value_count() / 3;
  for (size_t channel = 0; channel < 3; ++channel) {
    float* target = values.data() +
                    (input_.bgr ? 2 - channel : channel) * pixels;
    const float scale = static_cast<float>(1 / (255 * input_.deviation[channel]));
    const float shift =
        static_cast<float>(input_.mean[channel] / input_.deviation[channel]);
    for (size_t i = 0; i < pixels; ++i) {
      target[i] = static_cast<float>(image.rgb[3 * i + channel]) * scale - shift;
    }
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::worker
