#include "tests/worker/images/damaged_pictures.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/worker/images/image_cases.h"

namespace tunesmith::worker {
namespace {

// The header of a frame, in which height and width are the 16 bits after
// length and precision.
std::string JpegOfSize(const std::string& size) {
  std::string jpeg = ImageCaseOf("jpeg").file;
  const size_t frame = jpeg.find("\xff\xc0");
  EXPECT_NE(frame, std::string::npos);
  return jpeg.replace(frame + 5, 4, size);
}

// CRC-32, without which no decoder believes a PNG's header.
std::string Checksum(const std::string& bytes) {
  uint32_t sum = 0xffffffff;
  for (char byte : bytes) {
    sum ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      sum = sum >> 1 ^ (sum & 1 ? 0xedb88320 : 0);
    }
  }
  sum = ~sum;
  std::string text;
  for (int shift : {24, 16, 8, 0}) text += static_cast<char>(sum >> shift);
  return text;
}

std::string PngOfSize(const std::string& size) {
  std::string png = ImageCaseOf("png").file;
  png.replace(16, 8, size);
  return png.replace(29, 4, Checksum(png.substr(12, 17)));
}

// A lossy frame has 14 bits for each side, a canvas 24.
std::string WebpOfLargestFrame() {
  std::string webp = ImageCaseOf("webp").file;
  const size_t start = webp.find("\x9d\x01\x2a");
  EXPECT_NE(start, std::string::npos);
  return webp.replace(start + 3, 4, "\xff\x3f\xff\x3f");
}

std::string WebpOfLargestCanvas() {
  std::string webp = ImageCaseOf("webp_orientation_8").file;
  const size_t canvas = webp.find("VP8X");
  EXPECT_NE(canvas, std::string::npos);
  return webp.replace(canvas + 12, 6, "\xff\xff\xff\xff\xff\xff");
}

}  // namespace

std::vector<std::pair<std::string, std::string>> DamagedPictures() {
  using namespace std::string_literals;
  std::vector<std::pair<std::string, std::string>> files = {
      {"jpeg_65535.jpg", JpegOfSize("\xff\xff\xff\xff")},
      {"jpeg_wide.jpg", JpegOfSize("\x00\x01\xff\xff"s)},
      {"jpeg_empty.jpg", JpegOfSize("\x00\x00\x00\x00"s)},
      {"png_65535.png", PngOfSize("\x00\x00\xff\xff\x00\x00\xff\xff"s)},
      {"png_31_bits.png", PngOfSize("\x7f\xff\xff\xff\x7f\xff\xff\xff")},
      {"png_32_bits.png", PngOfSize("\xff\xff\xff\xff\xff\xff\xff\xff")},
      {"png_empty.png", PngOfSize("\x00\x00\x00\x00\x00\x00\x00\x00"s)},
      {"png_taller.png", PngOfSize("\x00\x00\x00\x15\x00\x00\x00\xff"s)},
      {"png_large.png", PngOfSize("\x00\x00\x4e\x20\x00\x00\x4e\x20"s)},
      {"webp_16383.webp", WebpOfLargestFrame()},
      {"webp_canvas.webp", WebpOfLargestCanvas()},
      {"nothing.jpg", ""},
      {"zeros.png", std::string(4096, '\0')},
      {"text.webp", "a text, and no picture"}};
  for (const ImageCase& one : AllImageCases()) {
    if (!one.expected.has_value()) {
      files.emplace_back(one.name + ".png", one.file);
      continue;
    }
    // The first picture is whole all the same.
    if (one.name.ends_with("_animated")) continue;
    for (size_t part = 1; part <= 4; ++part) {
      files.emplace_back(absl::StrCat(one.name, "_cut_", part, ".jpg"),
                         one.file.substr(0, one.file.size() * part / 5));
    }
  }
  return files;
}

}  // namespace tunesmith::worker
