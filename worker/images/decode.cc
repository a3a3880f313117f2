#include "worker/images/decode.h"

#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/images/formats.h"
#include "worker/images/image_type.h"
#include "worker/images/orientation.h"
#include "worker/images/out_of_memory.h"

namespace tunesmith::worker {

namespace {

constexpr char kIncompleteReason[] = "INCOMPLETE_IMAGE";
// Pictures from here on wait for each other.
constexpr int64_t kLargePixels = 64'000'000;

}  // namespace

absl::Status BadImage(const std::string& message) {
  return ReasonedError(absl::StatusCode::kInvalidArgument, "BAD_IMAGE",
                       message);
}

absl::Status IncompleteImage(const std::string& message) {
  return ReasonedError(absl::StatusCode::kInvalidArgument, kIncompleteReason,
                       message);
}

bool IsIncompleteImage(const absl::Status& status) {
  return ReasonOf(status) == kIncompleteReason;
}

absl::StatusOr<PictureTurn> AdmitPicture(int64_t width, int64_t height,
                                         const ImageLimits& limits) {
  if (width < 1 || height < 1) return BadImage("the picture is empty");
  if (width > limits.max_side || height > limits.max_side ||
      width * height > limits.max_pixels) {
    return BadImage(absl::StrCat(
        "the picture is too large: ", width, " x ", height, " pixels, at most ",
        limits.max_side, " on a side and ", limits.max_pixels,
        " in all (scale it down; networks see a few hundred on a side)"));
  }
  // Memory is the process's, and so is this.
  static std::mutex large_pictures;
  if (!IsLargePicture(width, height)) return PictureTurn();
  return PictureTurn(large_pictures);
}

bool IsLargePicture(int64_t width, int64_t height) {
  return width * height >= kLargePixels;
}

namespace {

absl::StatusOr<DecodedFile> DecodeByType(std::string_view bytes,
                                         const ImageLimits& limits) {
  switch (TypeOfBytes(bytes)) {
    case ImageType::kJpeg:
      return DecodeJpeg(bytes, limits);
    case ImageType::kPng:
      return DecodePng(bytes, limits);
    case ImageType::kWebp:
      return DecodeWebp(bytes, limits);
    case ImageType::kGif:
      return DecodeGif(bytes, limits);
    case ImageType::kBmp:
      return DecodeBmp(bytes, limits);
    case ImageType::kTiff:
      return DecodeTiff(bytes, limits);
    case ImageType::kAvif:
      return DecodeAvif(bytes, limits);
    case ImageType::kPnm:
      return DecodePnm(bytes, limits);
    case ImageType::kHeif:
      // Its decoders come with an encoder under the GPL.
      return BadImage(
          "HEIF (.heic) is not supported: convert it, for example with "
          "heif-convert or the camera's setting \"most compatible\", to JPEG");
    case ImageType::kLfsPointer:
      return BadImage(
          "the file is a pointer of git-lfs in place of the picture (run git "
          "lfs pull, then pack the archive again)");
    case ImageType::kHtml:
      return BadImage(
          "the file is a web page, probably an error message that was saved "
          "in place of the picture");
    case ImageType::kUnknown:
      break;
  }
  if (bytes.empty()) return BadImage("the file is empty");
  return BadImage("not a picture of a known type");
}

}  // namespace

absl::StatusOr<DecodedPicture> DecodePicture(std::string_view bytes,
                                             const ImageLimits& limits) {
  DecodedPicture picture;
  TUNESMITH_RETURN_IF_ERROR(CatchBadAlloc([&]() -> absl::Status {
    TUNESMITH_ASSIGN_OR_RETURN(DecodedFile file, DecodeByType(bytes, limits));
    picture.image = Oriented(std::move(file.image), file.orientation);
    picture.traits = file.traits;
    return absl::OkStatus();
  }));
  return picture;
}

absl::StatusOr<Image> DecodeImage(std::string_view bytes,
                                  const ImageLimits& limits) {
  TUNESMITH_ASSIGN_OR_RETURN(DecodedPicture picture,
                             DecodePicture(bytes, limits));
  return std::move(picture.image);
}

}  // namespace tunesmith::worker
