#include "worker/images/perceptual_hash.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <unordered_map>

namespace tunesmith::worker {
namespace {

constexpr int kColumns = 9;
constexpr int kRows = 8;
// Between the darkest and the lightest grey value.
constexpr double kLeastContrast = 8;

// Hashes that differ in at most three bits agree in one of four parts.
constexpr int kParts = kSameLookBits + 1;
constexpr int kPartBits = 64 / kParts;
// Of pictures with one part in common, so that a thousand black ones cost no
// more than others.
constexpr size_t kMaxCompared = 200;

using Greys = std::array<double, kColumns * kRows>;

// Means of equal rectangles; small pictures give the same pixel to several.
Greys Shrink(const Image& image) {
  Greys greys;
  for (int row = 0; row < kRows; ++row) {
    const int top = row * image.height / kRows;
    const int bottom = std::max((row + 1) * image.height / kRows, top + 1);
    for (int column = 0; column < kColumns; ++column) {
      const int left = column * image.width / kColumns;
      const int right =
          std::max((column + 1) * image.width / kColumns, left + 1);
      int64_t sum = 0;
      for (int y = top; y < bottom; ++y) {
        const uint8_t* pixel =
            image.rgb.data() +
            (static_cast<size_t>(y) * image.width + left) * 3;
        for (int x = left; x < right; ++x, pixel += 3) {
          sum += 2 * pixel[0] + 5 * pixel[1] + pixel[2];
        }
      }
      greys[static_cast<size_t>(row * kColumns + column)] =
          static_cast<double>(sum) / 8 / ((bottom - top) * (right - left));
    }
  }
  return greys;
}

}  // namespace

std::optional<uint64_t> PerceptualHash(const Image& image) {
  const Greys greys = Shrink(image);
  auto [darkest, lightest] = std::minmax_element(greys.begin(), greys.end());
  if (*lightest - *darkest < kLeastContrast) return std::nullopt;
  uint64_t hash = 0;
  for (size_t row = 0; row < kRows; ++row) {
    for (size_t column = 0; column + 1 < kColumns; ++column) {
      size_t at = row * kColumns + column;
      hash = hash << 1 | (greys[at] < greys[at + 1] ? 1 : 0);
    }
  }
  return hash;
}

std::vector<size_t> FirstAlike(std::span<const uint64_t> hashes) {
  std::vector<size_t> first(hashes.size());
  // By part and its place: those before that have it.
  std::unordered_map<uint64_t, std::vector<size_t>> by_part;
  for (size_t i = 0; i < hashes.size(); ++i) {
    first[i] = i;
    for (int part = 0; part < kParts; ++part) {
      uint64_t bits =
          hashes[i] >> (part * kPartBits) & ((uint64_t{1} << kPartBits) - 1);
      std::vector<size_t>& same =
          by_part[bits << 2 | static_cast<uint64_t>(part)];
      for (size_t other : same) {
        if (other < first[i] &&
            std::popcount(hashes[i] ^ hashes[other]) <= kSameLookBits) {
          first[i] = other;
        }
      }
      if (same.size() < kMaxCompared) same.push_back(i);
    }
  }
  return first;
}

}  // namespace tunesmith::worker
