#include "worker/images/decode.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/images/formats.h"
#include "worker/images/image_type.h"
#include "worker/images/orientation.h"
#include "worker/images/out_of_memory.h"

namespace tunesmith::worker {

absl::Status BadImage(const std::string& message) {
  return ReasonedError(absl::StatusCode::kInvalidArgument, "BAD_IMAGE",
                       message);
}

absl::Status CheckImageSize(int64_t width, int64_t height,
                            const ImageLimits& limits) {
  if (width < 1 || height < 1) return BadImage("the picture is empty");
  if (width <= limits.max_side && height <= limits.max_side &&
      width * height <= limits.max_pixels) {
    return absl::OkStatus();
  }
  return BadImage(absl::StrCat(
      "the picture is too large: ", width, " x ", height, " pixels, at most ",
      limits.max_side, " on a side and ", limits.max_pixels, " in all"));
}

namespace {

absl::StatusOr<Image> DecodeByType(std::string_view bytes,
                                   const ImageLimits& limits) {
  ImageType type = TypeOfBytes(bytes);
  absl::StatusOr<DecodedFile> file = BadImage("not a picture");
  switch (type) {
    case ImageType::kJpeg:
      file = DecodeJpeg(bytes, limits);
      break;
    case ImageType::kPng:
      file = DecodePng(bytes, limits);
      break;
    case ImageType::kWebp:
      file = DecodeWebp(bytes, limits);
      break;
    case ImageType::kUnknown:
      break;
    default:
      return BadImage(absl::StrCat(std::string(ImageTypeName(type)),
                                   " is not supported (save it as JPEG, PNG or "
                                   "WebP)"));
  }
  TUNESMITH_RETURN_IF_ERROR(file.status());
  return Oriented(std::move(file->image), OrientationOf(file->exif));
}

}  // namespace

absl::StatusOr<Image> DecodeImage(std::string_view bytes,
                                  const ImageLimits& limits) {
  absl::StatusOr<Image> image = Image();
  absl::Status memory = CatchBadAlloc([&] {
    image = DecodeByType(bytes, limits);
    return absl::OkStatus();
  });
  return memory.ok() ? std::move(image) : memory;
}

}  // namespace tunesmith::worker
