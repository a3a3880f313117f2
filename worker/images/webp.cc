// Through libwebp.
#include <webp/decode.h>

#include <string>

#include "worker/images/formats.h"

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

}  // namespace

absl::StatusOr<DecodedFile> DecodeWebp(std::string_view bytes,
                                       const ImageLimits& limits) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(data, bytes.size(), &features) != VP8_STATUS_OK) {
    return BadImage("the WebP is damaged");
  }
  if (features.has_animation) {
    return BadImage("an animated WebP is not supported");
  }
  absl::Status size = CheckImageSize(features.width, features.height, limits);
  if (!size.ok()) return size;
  DecodedFile file;
  file.image.width = features.width;
  file.image.height = features.height;
  const int row_bytes = features.width * 3;
  file.image.rgb.resize(static_cast<size_t>(row_bytes) *
                        static_cast<size_t>(features.height));
  if (WebPDecodeRGBInto(data, bytes.size(), file.image.rgb.data(),
                        file.image.rgb.size(), row_bytes) == nullptr) {
    return BadImage("the WebP is damaged or cut off");
  }
  file.exif = std::string(FindChunk(bytes, "EXIF"));
  // Some programs write JPEG's marker in front of it.
  constexpr std::string_view kExifStart("Exif\0\0", 6);
  if (std::string_view(file.exif).starts_with(kExifStart)) {
    file.exif.erase(0, kExifStart.size());
  }
  return file;
}

}  // namespace tunesmith::worker
