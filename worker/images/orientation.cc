#include "worker/images/orientation.h"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace tunesmith::worker {
namespace {

constexpr uint32_t kOrientationTag = 0x0112;
constexpr uint32_t kShortType = 3;
constexpr size_t kEntryBytes = 12;

// A TIFF file's numbers; 0 beyond its end.
class TiffReader {
 public:
  explicit TiffReader(std::string_view bytes) : bytes_(bytes) {}

  bool big_endian() const { return bytes_.starts_with("MM"); }
  bool valid() const { return big_endian() || bytes_.starts_with("II"); }

  uint32_t Number(size_t at, size_t size) const {
    if (at > bytes_.size() || size > bytes_.size() - at) return 0;
    uint32_t number = 0;
    for (size_t i = 0; i < size; ++i) {
      size_t from = big_endian() ? i : size - 1 - i;
      number = number << 8 | static_cast<uint8_t>(bytes_[at + from]);
    }
    return number;
  }

 private:
  const std::string_view bytes_;
};

}  // namespace

int OrientationOf(std::string_view exif) {
  TiffReader tiff(exif);
  if (!tiff.valid() || tiff.Number(2, 2) != 42) return 1;
  const size_t directory = tiff.Number(4, 4);
  const size_t count = tiff.Number(directory, 2);
  for (size_t i = 0; i < count; ++i) {
    const size_t entry = directory + 2 + i * kEntryBytes;
    if (entry + kEntryBytes > exif.size()) break;
    if (tiff.Number(entry, 2) != kOrientationTag ||
        tiff.Number(entry + 2, 2) != kShortType) {
      continue;
    }
    const uint32_t value = tiff.Number(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

Image Oriented(Image image, int orientation) {
  if (orientation <= 1) return image;
  // From 5 on, rows become columns.
  const bool transposed = orientation >= 5;
  Image turned{.width = transposed ? image.height : image.width,
               .height = transposed ? image.width : image.height};
  turned.rgb.resize(image.rgb.size());
  // Where the stored picture's first column and row are seen.
  const bool from_right = orientation == 2 || orientation == 3 ||
                          orientation == 7 || orientation == 8;
  const bool from_bottom = orientation == 3 || orientation == 4 ||
                           orientation == 6 || orientation == 7;
  uint8_t* to = turned.rgb.data();
  for (int y = 0; y < turned.height; ++y) {
    for (int x = 0; x < turned.width; ++x) {
      int column = transposed ? y : x;
      int row = transposed ? x : y;
      if (from_right) column = image.width - 1 - column;
      if (from_bottom) row = image.height - 1 - row;
      const uint8_t* from =
          image.rgb.data() +
          (static_cast<size_t>(row) * image.width + column) * 3;
      for (int channel = 0; channel < 3; ++channel) *to++ = from[channel];
    }
  }
  return turned;
}

}  // namespace tunesmith::worker
