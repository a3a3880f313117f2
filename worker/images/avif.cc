// Through libavif; the first picture alone.
#include <avif/avif.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/images/alpha.h"
#include "worker/images/formats.h"
#include "worker/images/orientation.h"
#include "worker/images/out_of_memory.h"

namespace tunesmith::worker {
namespace {

struct DestroyDecoder {
  void operator()(avifDecoder* decoder) const { avifDecoderDestroy(decoder); }
};

absl::Status Damaged(avifResult result) {
  switch (result) {
    case AVIF_RESULT_OUT_OF_MEMORY:
      return PictureOutOfMemory();
    case AVIF_RESULT_TRUNCATED_DATA:
      return BadImage("the AVIF is cut off");
    default:
      return BadImage(
          absl::StrCat("the AVIF is damaged: ", avifResultToString(result)));
  }
}

// What `irot` and `imir` say, in EXIF's terms. First the picture is turned by
// `angle` quarters against the clock, then mirrored: top for bottom in mode 0,
// left for right in mode 1.
int OrientationOf(const avifImage& image) {
  constexpr int kTurned[] = {1, 8, 3, 6};
  constexpr int kTopForBottom[] = {4, 5, 2, 7};
  constexpr int kLeftForRight[] = {2, 7, 4, 5};
  const bool turns = (image.transformFlags & AVIF_TRANSFORM_IROT) != 0;
  const int angle = turns ? image.irot.angle % 4 : 0;
  if ((image.transformFlags & AVIF_TRANSFORM_IMIR) == 0) return kTurned[angle];
  return (image.imir.mode == 0 ? kTopForBottom : kLeftForRight)[angle];
}

}  // namespace

absl::StatusOr<DecodedFile> DecodeAvif(std::string_view bytes,
                                       const ImageLimits& limits) {
  std::unique_ptr<avifDecoder, DestroyDecoder> decoder(avifDecoderCreate());
  if (decoder == nullptr) return PictureOutOfMemory();
  decoder->maxThreads = 1;
  decoder->ignoreXMP = AVIF_TRUE;
  // Files that miss a property are common, and Pillow reads them.
  decoder->strictFlags = AVIF_STRICT_DISABLED;
  decoder->imageSizeLimit = static_cast<uint32_t>(
      std::min<int64_t>(limits.max_pixels, AVIF_DEFAULT_IMAGE_SIZE_LIMIT));
  avifResult result = avifDecoderSetIOMemory(
      decoder.get(), reinterpret_cast<const uint8_t*>(bytes.data()),
      bytes.size());
  if (result == AVIF_RESULT_OK) result = avifDecoderParse(decoder.get());
  if (result != AVIF_RESULT_OK) return Damaged(result);
  const avifImage& parsed = *decoder->image;
  TUNESMITH_ASSIGN_OR_RETURN(PictureTurn turn,
                             AdmitPicture(parsed.width, parsed.height, limits));
  result = avifDecoderNextImage(decoder.get());
  if (result != AVIF_RESULT_OK) return Damaged(result);
  const avifImage& image = *decoder->image;
  if (image.width != parsed.width || image.height != parsed.height) {
    return BadImage("the AVIF is damaged: it changes its size");
  }
  DecodedFile file(std::move(turn), image.width, image.height);
  const bool has_alpha = image.alphaPlane != nullptr;
  avifRGBImage rgb;
  avifRGBImageSetDefaults(&rgb, &image);
  rgb.depth = 8;
  rgb.format = has_alpha ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
  rgb.rowBytes = image.width * (has_alpha ? 4u : 3u);
  file.image.rgb.resize(static_cast<size_t>(rgb.rowBytes) * image.height);
  rgb.pixels = file.image.rgb.data();
  result = avifImageYUVToRGB(&image, &rgb);
  if (result != AVIF_RESULT_OK) return Damaged(result);
  if (has_alpha) file.traits.alpha_range = DropAlpha(file.image.rgb);
  file.orientation = OrientationOf(image);
  return file;
}

}  // namespace tunesmith::worker
