#include "worker/images/image_type.h"

#include "absl/strings/match.h"

namespace tunesmith::worker {
namespace {

constexpr struct {
  const char* ending;
  ImageType type;
} kEndings[] = {
    {".jpg", ImageType::kJpeg},  {".jpeg", ImageType::kJpeg},
    {".jpe", ImageType::kJpeg},  {".jfif", ImageType::kJpeg},
    {".png", ImageType::kPng},   {".webp", ImageType::kWebp},
    {".gif", ImageType::kGif},   {".bmp", ImageType::kBmp},
    {".tif", ImageType::kTiff},  {".tiff", ImageType::kTiff},
    {".heic", ImageType::kHeif}, {".heif", ImageType::kHeif},
    {".avif", ImageType::kHeif},
};

}  // namespace

ImageType TypeOfBytes(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xff\xd8\xff")) return ImageType::kJpeg;
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return ImageType::kPng;
  if (bytes.size() >= 12 && bytes.starts_with("RIFF") &&
      bytes.substr(8, 4) == "WEBP") {
    return ImageType::kWebp;
  }
  if (bytes.starts_with("GIF8")) return ImageType::kGif;
  if (bytes.starts_with("BM")) return ImageType::kBmp;
  if (bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv)) {
    return ImageType::kTiff;
  }
  if (bytes.size() >= 12 && bytes.substr(4, 4) == "ftyp") {
    return ImageType::kHeif;
  }
  return ImageType::kUnknown;
}

ImageType TypeOfPath(const std::string& path) {
  for (const auto& entry : kEndings) {
    if (absl::EndsWithIgnoreCase(path, entry.ending)) return entry.type;
  }
  return ImageType::kUnknown;
}

std::string_view ImageTypeName(ImageType type) {
  switch (type) {
    case ImageType::kJpeg:
      return "JPEG";
    case ImageType::kPng:
      return "PNG";
    case ImageType::kWebp:
      return "WebP";
    case ImageType::kGif:
      return "GIF";
    case ImageType::kBmp:
      return "BMP";
    case ImageType::kTiff:
      return "TIFF";
    case ImageType::kHeif:
      return "HEIF";
    case ImageType::kUnknown:
      break;
  }
  return "unknown";
}

}  // namespace tunesmith::worker
