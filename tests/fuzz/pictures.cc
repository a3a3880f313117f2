#include <cstdint>

#include "absl/status/statusor.h"
#include "proto/contract/base/reason.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/targets.h"
#include "worker/images/formats.h"
#include "worker/images/orientation.h"

namespace tunesmith::worker {
namespace {

// Larger pictures take their time and show nothing new.
constexpr ImageLimits kSmall{.max_side = 4000, .max_pixels = 1 << 18};

void ExpectPictureOrError(const absl::StatusOr<DecodedFile>& file) {
  if (!file.ok()) {
    Expect(ReasonOf(file.status()) == "BAD_IMAGE" ||
           IsIncompleteImage(file.status()) ||
           ReasonOf(file.status()) == "OUT_OF_MEMORY");
    return;
  }
  const Image& image = file->image;
  Expect(AdmitPicture(image.width, image.height, kSmall).ok());
  Expect(image.rgb.size() ==
         static_cast<size_t>(image.width) * image.height * 3);
  Expect(file->orientation >= 1 && file->orientation <= 8);
  const Image turned = Oriented(image, file->orientation);
  Expect(turned.rgb.size() == image.rgb.size());
}

}  // namespace

void FuzzJpeg(std::string_view bytes) {
  ExpectPictureOrError(DecodeJpeg(bytes, kSmall));
}

void FuzzPng(std::string_view bytes) {
  ExpectPictureOrError(DecodePng(bytes, kSmall));
}

void FuzzWebp(std::string_view bytes) {
  ExpectPictureOrError(DecodeWebp(bytes, kSmall));
}

void FuzzGif(std::string_view bytes) {
  ExpectPictureOrError(DecodeGif(bytes, kSmall));
}

void FuzzBmp(std::string_view bytes) {
  ExpectPictureOrError(DecodeBmp(bytes, kSmall));
}

void FuzzTiff(std::string_view bytes) {
  ExpectPictureOrError(DecodeTiff(bytes, kSmall));
}

void FuzzAvif(std::string_view bytes) {
  ExpectPictureOrError(DecodeAvif(bytes, kSmall));
}

void FuzzPnm(std::string_view bytes) {
  ExpectPictureOrError(DecodePnm(bytes, kSmall));
}

void FuzzOrientation(std::string_view bytes) {
  const int orientation = OrientationOf(bytes);
  Expect(orientation >= 1 && orientation <= 8);
  const Image turned = Oriented(
      {.width = 3, .height = 2, .rgb = std::vector<uint8_t>(18)}, orientation);
  Expect(turned.width * turned.height == 6);
}

}  // namespace tunesmith::worker
