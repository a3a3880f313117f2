#include "worker/images/contact_sheet.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "absl/status/status.h"
#include "proto/contract/base/status_macros.h"
#include "worker/images/encode_png.h"
#include "worker/images/resize.h"

namespace tunesmith::worker {
namespace {

constexpr int kGap = 2;
constexpr int kMaxSide = 160;

// Of one picture, of which nothing is left out.
Image ScaledToFit(const Image& picture, int side) {
  const int longer = std::max(picture.width, picture.height);
  auto scaled = [&](int length) {
    return std::max(
        1, static_cast<int>(static_cast<int64_t>(length) * side / longer));
  };
  return Resize(picture, scaled(picture.width), scaled(picture.height),
                Interpolation::kBilinear);
}

void Paste(const Image& picture, int left, int top, Image& sheet) {
  const size_t row_bytes = static_cast<size_t>(picture.width) * 3;
  for (int y = 0; y < picture.height; ++y) {
    std::memcpy(sheet.rgb.data() +
                    (static_cast<size_t>(top + y) * sheet.width + left) * 3,
                picture.rgb.data() + static_cast<size_t>(y) * row_bytes,
                row_bytes);
  }
}

int LargestSide(std::span<const Image> pictures) {
  int largest = 1;
  for (const Image& picture : pictures) {
    largest = std::max({largest, picture.width, picture.height});
  }
  return std::min(largest, kMaxSide);
}

}  // namespace

Image TileOf(Image picture) {
  if (std::max(picture.width, picture.height) <= kMaxSide) return picture;
  return ScaledToFit(picture, kMaxSide);
}

Image ContactSheet(std::span<const Image> pictures, int columns, int side) {
  const int count = static_cast<int>(pictures.size());
  const int rows = (count + columns - 1) / columns;
  Image sheet{.width = columns * (side + kGap) + kGap,
              .height = rows * (side + kGap) + kGap};
  sheet.rgb.assign(static_cast<size_t>(sheet.width) * sheet.height * 3, 255);
  for (int i = 0; i < count; ++i) {
    const Image picture = ScaledToFit(pictures[static_cast<size_t>(i)], side);
    Paste(picture,
          kGap + i % columns * (side + kGap) + (side - picture.width) / 2,
          kGap + i / columns * (side + kGap) + (side - picture.height) / 2,
          sheet);
  }
  return sheet;
}

absl::StatusOr<std::string> ContactSheetPng(std::span<const Image> pictures,
                                            int columns, size_t max_bytes) {
  int side = LargestSide(pictures);
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(
        std::string png, EncodePng(ContactSheet(pictures, columns, side)));
    if (png.size() <= max_bytes) return png;
    if (side == 1) {
      return absl::InternalError("no contact sheet is that small");
    }
    // Bytes grow with the area, a little less than that for finer pictures.
    const double shrunk = side * std::sqrt(static_cast<double>(max_bytes) /
                                           static_cast<double>(png.size()));
    side = std::clamp(static_cast<int>(shrunk * 0.97), 1, side - 1);
  }
}

}  // namespace tunesmith::worker
