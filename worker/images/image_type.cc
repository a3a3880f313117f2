#include "worker/images/image_type.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

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
    {".avif", ImageType::kAvif}, {".pbm", ImageType::kPnm},
    {".pgm", ImageType::kPnm},   {".ppm", ImageType::kPnm},
    {".pnm", ImageType::kPnm},
};

// Of a file in ISO's base format, by what it calls itself first and then by
// what else it says to be.
ImageType TypeOfIsoFile(std::string_view bytes) {
  constexpr size_t kMaxBrands = 16;
  // The second word is a version.
  size_t at = 8;
  for (size_t i = 0; i < kMaxBrands && at + 4 <= bytes.size(); ++i) {
    const std::string_view brand = bytes.substr(at, 4);
    if (brand == "avif" || brand == "avis") return ImageType::kAvif;
    if (brand == "heic" || brand == "heix" || brand == "hevc" ||
        brand == "hevx" || brand == "heim" || brand == "heis") {
      return ImageType::kHeif;
    }
    at += i == 0 ? 8 : 4;
  }
  const std::string_view major = bytes.substr(8, 4);
  return major == "mif1" || major == "msf1" ? ImageType::kHeif
                                            : ImageType::kUnknown;
}

bool IsPnm(std::string_view bytes) {
  return bytes.size() >= 3 && bytes[0] == 'P' && bytes[1] >= '1' &&
         bytes[1] <= '6' && absl::ascii_isspace(bytes[2]);
}

bool IsHtml(std::string_view bytes) {
  const std::string start = absl::AsciiStrToLower(std::string(
      absl::StripLeadingAsciiWhitespace(std::string(bytes.substr(0, 64)))));
  return absl::StartsWith(start, "<!doctype html") ||
         absl::StartsWith(start, "<html");
}

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
  // The second pair is of BigTIFF.
  if (bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv) ||
      bytes.starts_with("II+\0"sv) || bytes.starts_with("MM\0+"sv)) {
    return ImageType::kTiff;
  }
  if (bytes.size() >= 12 && bytes.substr(4, 4) == "ftyp") {
    return TypeOfIsoFile(bytes);
  }
  if (IsPnm(bytes)) return ImageType::kPnm;
  if (bytes.starts_with("version https://git-lfs")) {
    return ImageType::kLfsPointer;
  }
  if (IsHtml(bytes)) return ImageType::kHtml;
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
    case ImageType::kAvif:
      return "AVIF";
    case ImageType::kPnm:
      return "PNM";
    case ImageType::kHeif:
      return "HEIF";
    case ImageType::kLfsPointer:
      return "git-lfs pointer";
    case ImageType::kHtml:
      return "web page";
    case ImageType::kUnknown:
      break;
  }
  return "unknown";
}

}  // namespace tunesmith::worker
