#include "worker/images/contact_sheet.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

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

// Digits of 3 x 5 dots, a row in three bits from the top; each dot is a square
// of kDot pixels.
constexpr uint16_t kDigits[] = {
    0b111101101101111, 0b010110010010111, 0b111001111100111, 0b111001111001111,
    0b101101111001001, 0b111100111001111, 0b111100111101111, 0b111001001001001,
    0b111101111101111, 0b111101111001111};
constexpr int kDot = 2;
constexpr int kDigitColumns = 3;
constexpr int kDigitRows = 5;
constexpr int kDigitHeight = kDigitRows * kDot;
constexpr int kDigitAdvance = (kDigitColumns + 1) * kDot;

int NumberWidth(int number) {
  return static_cast<int>(std::to_string(number).size()) * kDigitAdvance;
}

void DrawNumber(const std::string& number, int left, int top, Image& sheet) {
  for (char digit : number) {
    for (int dot = 0; dot < kDigitColumns * kDigitRows; ++dot) {
      const int bit = kDigitColumns * kDigitRows - 1 - dot;
      if ((kDigits[digit - '0'] >> bit & 1) == 0) continue;
      const Image black{.width = kDot,
                        .height = kDot,
                        .rgb = std::vector<uint8_t>(kDot * kDot * 3)};
      Paste(black, left + dot % kDigitColumns * kDot,
            top + dot / kDigitColumns * kDot, sheet);
    }
    left += kDigitAdvance;
  }
}

int LargestSide(std::span<const Image> pictures) {
  int largest = 1;
  for (const Image& picture : pictures) {
    largest = std::max({largest, picture.width, picture.height});
  }
  return std::min(largest, kMaxSide);
}

// Of squares that are worth a try. To make a PNG takes time, and no photo
// becomes less than a tenth of itself.
int LargestSquare(size_t count, size_t max_bytes) {
  const double pixels = static_cast<double>(max_bytes) * 10 / 3;
  return std::max(
      1, static_cast<int>(std::sqrt(pixels / static_cast<double>(count))));
}

}  // namespace

Image TileOf(Image picture) {
  if (std::max(picture.width, picture.height) <= kMaxSide) return picture;
  return ScaledToFit(picture, kMaxSide);
}

Image ContactSheet(std::span<const Image> pictures, const SheetLayout& layout,
                   int side) {
  const int columns = layout.columns;
  const int count = static_cast<int>(pictures.size());
  const int rows = (count + columns - 1) / columns;
  const bool numbered = layout.numbered && side >= kDigitHeight;
  const int margin = numbered ? NumberWidth(rows) : 0;
  Image sheet{.width = margin + columns * (side + kGap) + kGap,
              .height = rows * (side + kGap) + kGap};
  sheet.rgb.assign(static_cast<size_t>(sheet.width) * sheet.height * 3, 255);
  for (int row = 0; numbered && row < rows; ++row) {
    const std::string number = std::to_string(row + 1);
    DrawNumber(number, margin - NumberWidth(row + 1) + kGap,
               kGap + row * (side + kGap) + (side - kDigitHeight) / 2, sheet);
  }
  for (int i = 0; i < count; ++i) {
    const Image picture = ScaledToFit(pictures[static_cast<size_t>(i)], side);
    Paste(picture,
          margin + kGap + i % columns * (side + kGap) +
              (side - picture.width) / 2,
          kGap + i / columns * (side + kGap) + (side - picture.height) / 2,
          sheet);
  }
  return sheet;
}

absl::StatusOr<std::string> ContactSheetPng(std::span<const Image> pictures,
                                            const SheetLayout& layout,
                                            size_t max_bytes) {
  int side = std::min(LargestSide(pictures),
                      LargestSquare(pictures.size(), max_bytes));
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(std::string png,
                               EncodePng(ContactSheet(pictures, layout, side)));
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
