#ifndef TUNESMITH_WORKER_IMAGES_FORMATS_H_
#define TUNESMITH_WORKER_IMAGES_FORMATS_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "worker/images/decode.h"
#include "worker/images/image.h"

// One decoder for each format, in a file of its own. Errors are BadImage.

namespace tunesmith::worker {

// Held while a picture is decoded. Small ones are decoded side by side; of
// large ones, which may take gigabytes, there is one at a time in the process.
using PictureTurn = std::unique_lock<std::mutex>;

// Waits for the picture's turn. BadImage when a picture of that size is beyond
// the limits or empty.
absl::StatusOr<PictureTurn> AdmitPicture(int64_t width, int64_t height,
                                         const ImageLimits& limits);

// Whether a picture is one that waits for its turn.
bool IsLargePicture(int64_t width, int64_t height);

// A picture as it is stored.
struct DecodedFile {
  // Before there are pixels.
  DecodedFile(PictureTurn its_turn, int64_t width, int64_t height)
      : turn(std::move(its_turn)),
        image{.width = static_cast<int>(width),
              .height = static_cast<int>(height)} {}

  size_t pixels() const {
    return static_cast<size_t>(image.width) * static_cast<size_t>(image.height);
  }

  // Adds so many rows below those that are there and returns the first. What a
  // header claims is believed once a part of the rows has really come: a small
  // file must not cost gigabytes.
  uint8_t* AddRows(size_t rows) {
    const size_t before = image.rgb.size();
    const size_t row_bytes = static_cast<size_t>(image.width) * 3;
    if (before >= pixels() * 3 / 16) image.rgb.reserve(pixels() * 3);
    image.rgb.resize(before + rows * row_bytes);
    return image.rgb.data() + before;
  }

  PictureTurn turn;
  Image image;
  ImageTraits traits = {};
  // How Oriented has to turn it, 1 to 8.
  int orientation = 1;
};

absl::StatusOr<DecodedFile> DecodeJpeg(std::string_view bytes,
                                       const ImageLimits& limits);
absl::StatusOr<DecodedFile> DecodePng(std::string_view bytes,
                                      const ImageLimits& limits);
absl::StatusOr<DecodedFile> DecodeWebp(std::string_view bytes,
                                       const ImageLimits& limits);
absl::StatusOr<DecodedFile> DecodeGif(std::string_view bytes,
                                      const ImageLimits& limits);
absl::StatusOr<DecodedFile> DecodeBmp(std::string_view bytes,
                                      const ImageLimits& limits);
absl::StatusOr<DecodedFile> DecodeTiff(std::string_view bytes,
                                       const ImageLimits& limits);
absl::StatusOr<DecodedFile> DecodeAvif(std::string_view bytes,
                                       const ImageLimits& limits);
absl::StatusOr<DecodedFile> DecodePnm(std::string_view bytes,
                                      const ImageLimits& limits);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_IMAGES_FORMATS_H_
