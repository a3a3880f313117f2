// Through libwebp.
#include <webp/decode.h>
#include <webp/demux.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "proto/contract/base/status_macros.h"
#include "worker/images/alpha.h"
#include "worker/images/formats.h"
#include "worker/images/orientation.h"

namespace tunesmith::worker {
namespace {

constexpr size_t kRiffHeaderBytes = 12;
constexpr size_t kChunkHeaderBytes = 8;

// The chunk of the container that has the name, empty without.
std::string_view FindChunk(std::string_view bytes, std::string_view name) {
  size_t at = kRiffHeaderBytes;
  while (at + kChunkHeaderBytes <= bytes.size()) {
    size_t size = 0;
    for (size_t i = 0; i < 4; ++i) {
      size |= static_cast<size_t>(static_cast<uint8_t>(bytes[at + 4 + i]))
              << (8 * i);
    }
    const size_t begin = at + kChunkHeaderBytes;
    if (size > bytes.size() - begin) break;
    if (bytes.substr(at, 4) == name) return bytes.substr(begin, size);
    // Chunks begin at even bytes.
    at = begin + size + size % 2;
  }
  return {};
}

std::string_view ExifOf(std::string_view bytes) {
  // Some programs write JPEG's marker in front of it.
  constexpr std::string_view kExifStart("Exif\0\0", 6);
  std::string_view exif = FindChunk(bytes, "EXIF");
  if (exif.starts_with(kExifStart)) exif.remove_prefix(kExifStart.size());
  return exif;
}

// Decodes the whole picture for the sake of its last pixel.
bool IsWhole(std::string_view bytes, int width, int height) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return false;
  config.options.use_cropping = 1;
  // Both are even in lossy pictures.
  config.options.crop_left = (width - 1) & ~1;
  config.options.crop_top = (height - 1) & ~1;
  config.options.crop_width = width - config.options.crop_left;
  config.options.crop_height = height - config.options.crop_top;
  const VP8StatusCode status = WebPDecode(
      reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), &config);
  WebPFreeDecBuffer(&config.output);
  return status == VP8_STATUS_OK;
}

struct DeleteAnimation {
  void operator()(WebPAnimDecoder* decoder) const {
    WebPAnimDecoderDelete(decoder);
  }
};

// The first picture of an animation, with alpha.
bool ReadFirstFrame(std::string_view bytes, std::span<uint8_t> rgba) {
  const WebPData data = {reinterpret_cast<const uint8_t*>(bytes.data()),
                         bytes.size()};
  WebPAnimDecoderOptions options;
  if (!WebPAnimDecoderOptionsInit(&options)) return false;
  options.color_mode = MODE_RGBA;
  std::unique_ptr<WebPAnimDecoder, DeleteAnimation> decoder(
      WebPAnimDecoderNew(&data, &options));
  // Owned by the decoder.
  uint8_t* canvas = nullptr;
  int time = 0;
  if (decoder == nullptr ||
      !WebPAnimDecoderGetNext(decoder.get(), &canvas, &time)) {
    return false;
  }
  std::copy_n(canvas, rgba.size(), rgba.data());
  return true;
}

}  // namespace

absl::StatusOr<DecodedFile> DecodeWebp(std::string_view bytes,
                                       const ImageLimits& limits) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(data, bytes.size(), &features) != VP8_STATUS_OK) {
    return BadImage("the WebP is damaged");
  }
  TUNESMITH_ASSIGN_OR_RETURN(
      PictureTurn turn, AdmitPicture(features.width, features.height, limits));
  // What the header claims is not believed where it would cost much.
  if (IsLargePicture(features.width, features.height) &&
      !features.has_animation &&
      !IsWhole(bytes, features.width, features.height)) {
    return BadImage("the WebP is damaged or cut off");
  }
  DecodedFile file(std::move(turn), features.width, features.height);
  const bool has_alpha = features.has_alpha || features.has_animation;
  const int row_bytes = features.width * (has_alpha ? 4 : 3);
  std::vector<uint8_t>& pixels = file.image.rgb;
  pixels.resize(static_cast<size_t>(row_bytes) *
                static_cast<size_t>(features.height));
  bool is_read = false;
  if (features.has_animation) {
    is_read = ReadFirstFrame(bytes, pixels);
  } else {
    auto* decode = has_alpha ? &WebPDecodeRGBAInto : &WebPDecodeRGBInto;
    is_read = decode(data, bytes.size(), pixels.data(), pixels.size(),
                     row_bytes) != nullptr;
  }
  if (!is_read) return BadImage("the WebP is damaged or cut off");
  if (has_alpha) file.traits.alpha_range = DropAlpha(pixels);
  file.orientation = OrientationOf(ExifOf(bytes));
  return file;
}

}  // namespace tunesmith::worker
