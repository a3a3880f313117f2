// Bitmaps of Windows and OS/2, as far as Pillow reads them; no library of its
// own exists for them in Debian.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/images/formats.h"

namespace tunesmith::worker {
namespace {

constexpr size_t kFileHeaderBytes = 14;
constexpr size_t kCoreHeaderBytes = 12;

enum Compression : uint32_t { kRaw = 0, kRle8 = 1, kRle4 = 2, kBitFields = 3 };

absl::Status CutOff() { return BadImage("the BMP is cut off"); }

absl::Status NotSupported(const std::string& what) {
  return BadImage(
      absl::StrCat("a BMP of ", what, " is not supported (save it as PNG)"));
}

// A little-endian number; 0 beyond the end.
uint32_t Number(std::string_view bytes, size_t at, size_t size) {
  uint32_t number = 0;
  for (size_t i = 0; i < size && at + i < bytes.size(); ++i) {
    number |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[at + i]))
              << (8 * i);
  }
  return number;
}

using Color = std::array<uint8_t, 3>;

struct Header {
  int64_t width = 0;
  int64_t height = 0;
  bool from_top = false;
  uint32_t bits = 0;
  uint32_t compression = kRaw;
  // Red, green, blue.
  std::array<uint32_t, 3> masks = {};
  uint32_t alpha_mask = 0;
  // Colours that are not given are grey.
  std::array<Color, 256> palette = {};
  // Of the pixels in the file.
  size_t offset = 0;
};

// Where the palette begins follows from the header; where the pixels do, too,
// if the file does not say it.
void ReadPalette(std::string_view bytes, size_t at, size_t count,
                 size_t entry_bytes, Header& header) {
  for (size_t i = 0; i < header.palette.size(); ++i) {
    header.palette[i].fill(static_cast<uint8_t>(i));
  }
  for (size_t i = 0; i < std::min(count, header.palette.size()); ++i) {
    const size_t entry = at + i * entry_bytes;
    header.palette[i] = {static_cast<uint8_t>(Number(bytes, entry + 2, 1)),
                         static_cast<uint8_t>(Number(bytes, entry + 1, 1)),
                         static_cast<uint8_t>(Number(bytes, entry, 1))};
  }
}

absl::StatusOr<Header> ReadHeader(std::string_view bytes) {
  const size_t header_bytes = Number(bytes, kFileHeaderBytes, 4);
  constexpr size_t kSizes[] = {kCoreHeaderBytes, 40, 52, 56, 64, 108, 124};
  if (std::find(std::begin(kSizes), std::end(kSizes), header_bytes) ==
      std::end(kSizes)) {
    return BadImage("the BMP is damaged: no header of a known size");
  }
  if (bytes.size() < kFileHeaderBytes + header_bytes) return CutOff();
  const std::string_view fields = bytes.substr(kFileHeaderBytes, header_bytes);
  Header header;
  size_t palette_at = kFileHeaderBytes + header_bytes;
  size_t entry_bytes = 4;
  size_t colors = 0;
  if (header_bytes == kCoreHeaderBytes) {
    header.width = Number(fields, 4, 2);
    header.height = Number(fields, 6, 2);
    header.bits = Number(fields, 10, 2);
    entry_bytes = 3;
  } else {
    header.width = static_cast<int32_t>(Number(fields, 4, 4));
    header.height = static_cast<int32_t>(Number(fields, 8, 4));
    header.from_top = header.height < 0;
    if (header.from_top) header.height = -header.height;
    header.bits = Number(fields, 14, 2);
    header.compression = Number(fields, 16, 4);
    colors = Number(fields, 32, 4);
  }
  if (header.compression == kBitFields) {
    // Of the oldest header they stand behind it.
    const std::string_view masks = bytes.substr(kFileHeaderBytes + 40);
    for (size_t i = 0; i < 3; ++i) header.masks[i] = Number(masks, i * 4, 4);
    if (header_bytes == 40) palette_at += 12;
    if (header_bytes >= 56) header.alpha_mask = Number(masks, 12, 4);
  } else if (header.bits == 16) {
    header.masks = {0x7c00, 0x3e0, 0x1f};
  } else {
    header.masks = {0xff0000, 0xff00, 0xff};
  }
  header.offset = Number(bytes, 10, 4);
  if (header.bits <= 8) {
    if (colors == 0) colors = size_t{1} << header.bits;
    ReadPalette(bytes, palette_at, colors, entry_bytes, header);
    palette_at += std::min<size_t>(colors, 1 << 16) * entry_bytes;
    // Some writers forget the palette there.
    if (header.offset == kFileHeaderBytes + header_bytes) header.offset = 0;
  }
  if (header.offset == 0) header.offset = palette_at;
  return header;
}

absl::Status CheckKind(const Header& header) {
  constexpr uint32_t kBits[] = {1, 4, 8, 16, 24, 32};
  if (std::find(std::begin(kBits), std::end(kBits), header.bits) ==
      std::end(kBits)) {
    return NotSupported(absl::StrCat(header.bits, " bits a pixel"));
  }
  const bool fits = header.compression == kRaw ||
                    (header.compression == kRle8 && header.bits == 8) ||
                    (header.compression == kRle4 && header.bits == 4) ||
                    (header.compression == kBitFields && header.bits >= 16);
  if (!fits) {
    return NotSupported(absl::StrCat("compression ", header.compression,
                                     " with ", header.bits, " bits a pixel"));
  }
  return absl::OkStatus();
}

// A mask's bits of a pixel, spread over 0 to 255; 0 without a mask.
uint8_t Part(uint32_t pixel, uint32_t mask) {
  if (mask == 0) return 0;
  const uint64_t largest = mask >> std::countr_zero(mask);
  const uint64_t value = (pixel & mask) >> std::countr_zero(mask);
  return static_cast<uint8_t>(value * 255 / largest);
}

// Run lengths to one index for each pixel, in the order of the file. False
// where they end before the picture does.
bool ExpandRuns(std::string_view bytes, const Header& header,
                std::vector<uint8_t>& indices) {
  const size_t width = static_cast<size_t>(header.width);
  const bool halves = header.compression == kRle4;
  size_t done = 0;
  size_t at = header.offset;
  auto put = [&](uint8_t index) {
    if (done < indices.size()) indices[done++] = index;
  };
  auto half = [](uint8_t pair, size_t i) -> uint8_t {
    return i % 2 == 0 ? pair >> 4 : pair & 15;
  };
  while (done < indices.size()) {
    if (at + 2 > bytes.size()) return false;
    const size_t count = Number(bytes, at, 1);
    const auto value = static_cast<uint8_t>(Number(bytes, at + 1, 1));
    at += 2;
    if (count > 0) {
      // What does not fit into the row is left out.
      const size_t fits = std::min(count, width - done % width);
      for (size_t i = 0; i < fits; ++i) put(halves ? half(value, i) : value);
    } else if (value == 0) {
      while (done % width != 0) put(0);
    } else if (value == 1) {
      return false;
    } else if (value == 2) {
      if (at + 2 > bytes.size()) return false;
      const size_t right = Number(bytes, at, 1);
      const size_t up = Number(bytes, at + 1, 1);
      at += 2;
      done = std::min(indices.size(), done + right + up * width);
    } else {
      const size_t stored = halves ? (value + 1u) / 2 : value;
      if (at + stored > bytes.size()) return false;
      for (size_t i = 0; i < value; ++i) {
        const size_t from = at + (halves ? i / 2 : i);
        const auto byte = static_cast<uint8_t>(Number(bytes, from, 1));
        put(halves ? half(byte, i) : byte);
      }
      at += stored;
      at += at % 2;
    }
  }
  return true;
}

// One row of pixels that are not run lengths.
void ConvertRow(std::string_view row, const Header& header, uint8_t* rgb,
                int& least_alpha, int& most_alpha) {
  for (size_t x = 0; x < static_cast<size_t>(header.width); ++x) {
    if (header.bits <= 8) {
      const size_t bit = x * header.bits;
      const uint32_t byte = Number(row, bit / 8, 1);
      const uint32_t index =
          byte >> (8 - header.bits - bit % 8) & ((1u << header.bits) - 1);
      rgb = std::copy_n(header.palette[index].begin(), 3, rgb);
      continue;
    }
    const size_t bytes = header.bits / 8;
    const uint32_t pixel = Number(row, x * bytes, bytes);
    for (uint32_t mask : header.masks) *rgb++ = Part(pixel, mask);
    if (header.alpha_mask == 0) continue;
    const int alpha = Part(pixel, header.alpha_mask);
    least_alpha = std::min(least_alpha, alpha);
    most_alpha = std::max(most_alpha, alpha);
  }
}

}  // namespace

absl::StatusOr<DecodedFile> DecodeBmp(std::string_view bytes,
                                      const ImageLimits& limits) {
  TUNESMITH_ASSIGN_OR_RETURN(Header header, ReadHeader(bytes));
  TUNESMITH_RETURN_IF_ERROR(CheckKind(header));
  TUNESMITH_ASSIGN_OR_RETURN(PictureTurn turn,
                             AdmitPicture(header.width, header.height, limits));
  const size_t width = static_cast<size_t>(header.width);
  const size_t height = static_cast<size_t>(header.height);
  std::vector<uint8_t> indices;
  if (header.compression == kRle8 || header.compression == kRle4) {
    indices.resize(width * height);
    if (!ExpandRuns(bytes, header, indices)) return CutOff();
    // From here on it is a picture of one byte a pixel.
    bytes = std::string_view(reinterpret_cast<const char*>(indices.data()),
                             indices.size());
    header.offset = 0;
    header.bits = 8;
  }
  const size_t row_bytes =
      indices.empty() ? (width * header.bits + 31) / 32 * 4 : width;
  if (header.offset > bytes.size() ||
      bytes.size() - header.offset < row_bytes * height) {
    return CutOff();
  }
  DecodedFile file(std::move(turn), header.width, header.height);
  file.image.rgb.resize(file.pixels() * 3);
  int least_alpha = 255;
  int most_alpha = 0;
  for (size_t y = 0; y < height; ++y) {
    const size_t target = header.from_top ? y : height - 1 - y;
    ConvertRow(bytes.substr(header.offset + y * row_bytes, row_bytes), header,
               file.image.rgb.data() + target * width * 3, least_alpha,
               most_alpha);
  }
  file.traits.alpha_range = std::max(0, most_alpha - least_alpha);
  return file;
}

}  // namespace tunesmith::worker
