#include "worker/augmentation/tone.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "worker/augmentation/value_table.h"

namespace tunesmith::worker {
namespace {

// How often each value occurs.
using Histogram = std::array<uint64_t, 256>;

std::array<Histogram, 3> HistogramsOf(const Image& image) {
  std::array<Histogram, 3> histograms = {};
  for (size_t i = 0; i + 2 < image.rgb.size(); i += 3) {
    for (size_t c = 0; c < 3; ++c) ++histograms[c][image.rgb[i + c]];
  }
  return histograms;
}

// `table_of` makes a channel's table from its histogram.
template <typename TableOf>
void LookByHistogram(Image& image, const TableOf& table_of) {
  std::array<ValueTable, 3> tables;
  const std::array<Histogram, 3> histograms = HistogramsOf(image);
  for (size_t c = 0; c < 3; ++c) tables[c] = table_of(histograms[c]);
  Look(tables, image);
}

ValueTable Unchanged() {
  return MakeValueTable([](int value) { return value; });
}

int Smallest(const Histogram& histogram) {
  int value = 0;
  while (value < 255 && histogram[static_cast<size_t>(value)] == 0) ++value;
  return value;
}

int Largest(const Histogram& histogram) {
  int value = 255;
  while (value > 0 && histogram[static_cast<size_t>(value)] == 0) --value;
  return value;
}

ValueTable Stretched(const Histogram& histogram) {
  const int low = Smallest(histogram), high = Largest(histogram);
  if (high <= low) return Unchanged();
  const double scale = 255.0 / (high - low);
  return MakeValueTable([&](int value) {
    return std::clamp(static_cast<int>(value * scale - low * scale), 0, 255);
  });
}

ValueTable Equalized(const Histogram& histogram) {
  uint64_t pixels = 0;
  for (uint64_t count : histogram) pixels += count;
  // The largest value that occurs takes no part.
  const uint64_t step =
      (pixels - histogram[static_cast<size_t>(Largest(histogram))]) / 255;
  if (step == 0) return Unchanged();
  uint64_t below = step / 2;
  return MakeValueTable([&](int value) {
    const uint64_t level = std::min<uint64_t>(below / step, 255);
    below += histogram[static_cast<size_t>(value)];
    return level;
  });
}

}  // namespace

void Posterize(Image& image, int bits) {
  const int mask = ~((1 << (8 - bits)) - 1);
  Look(MakeValueTable([mask](int value) { return value & mask; }), image);
}

void Solarize(Image& image, double threshold) {
  Look(MakeValueTable([threshold](int value) {
         return value < threshold ? value : 255 - value;
       }),
       image);
}

void AutoContrast(Image& image) { LookByHistogram(image, Stretched); }

void Equalize(Image& image) { LookByHistogram(image, Equalized); }

}  // namespace tunesmith::worker
