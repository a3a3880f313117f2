#include "worker/augmentation/filter.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "worker/augmentation/value_table.h"

namespace tunesmith::worker {
namespace {

std::vector<float> GaussianWeights(int kernel_size, double sigma) {
  std::vector<double> weights(static_cast<size_t>(kernel_size));
  double sum = 0;
  for (int i = 0; i < kernel_size; ++i) {
    const double place = (i - kernel_size / 2) / sigma;
    weights[static_cast<size_t>(i)] = std::exp(-place * place / 2);
    sum += weights[static_cast<size_t>(i)];
  }
  std::vector<float> result;
  for (double weight : weights) {
    result.push_back(static_cast<float>(weight / sum));
  }
  return result;
}

// The index that a place beyond the ends shows, which stand for themselves
// once.
size_t Reflected(int place, int length) {
  if (length == 1) return 0;
  const int period = 2 * (length - 1);
  place = std::abs(place) % period;
  return static_cast<size_t>(place < length ? place : period - place);
}

// A row that is weighted, with what lies beyond its ends.
void PadRow(const uint8_t* row, int width, int reach,
            std::vector<float>& padded) {
  for (int x = -reach; x < width + reach; ++x) {
    const uint8_t* pixel = row + Reflected(x, width) * 3;
    for (size_t c = 0; c < 3; ++c) {
      padded[static_cast<size_t>(x + reach) * 3 + c] = pixel[c];
    }
  }
}

void Add(const float* from, float weight, std::vector<float>& sums) {
  for (size_t i = 0; i < sums.size(); ++i) sums[i] += from[i] * weight;
}

}  // namespace

Image GaussianBlurred(const Image& image, int kernel_size, double sigma) {
  const std::vector<float> weights = GaussianWeights(kernel_size, sigma);
  const int reach = kernel_size / 2;
  const size_t row_values = static_cast<size_t>(image.width) * 3;
  std::vector<float> padded(row_values + static_cast<size_t>(reach) * 6);
  std::vector<float> sums(row_values);
  std::vector<float> blurred_rows;
  blurred_rows.reserve(image.rgb.size());
  for (int y = 0; y < image.height; ++y) {
    PadRow(image.rgb.data() + static_cast<size_t>(y) * row_values, image.width,
           reach, padded);
    sums.assign(row_values, 0);
    for (size_t i = 0; i < weights.size(); ++i) {
      Add(padded.data() + i * 3, weights[i], sums);
    }
    blurred_rows.insert(blurred_rows.end(), sums.begin(), sums.end());
  }
  Image result{.width = image.width, .height = image.height};
  result.rgb.resize(image.rgb.size());
  uint8_t* to = result.rgb.data();
  for (int y = 0; y < image.height; ++y) {
    // A half, so that cutting off rounds.
    sums.assign(row_values, 0.5f);
    for (int i = 0; i < kernel_size; ++i) {
      const size_t row = Reflected(y + i - reach, image.height);
      Add(blurred_rows.data() + row * row_values,
          weights[static_cast<size_t>(i)], sums);
    }
    for (float sum : sums) *to++ = static_cast<uint8_t>(sum);
  }
  return result;
}

Image Sharpened(const Image& image, double factor) {
  Image result = image;
  const float by = static_cast<float>(factor);
  const size_t row_bytes = static_cast<size_t>(image.width) * 3;
  for (int y = 1; y + 1 < image.height; ++y) {
    const uint8_t* row = image.rgb.data() + static_cast<size_t>(y) * row_bytes;
    for (size_t i = 3; i + 3 < row_bytes; ++i) {
      int sum = 4 * row[i];
      for (const uint8_t* middle :
           {row + i - row_bytes, row + i, row + i + row_bytes}) {
        sum += middle[-3] + middle[0] + middle[3];
      }
      // Rounded; thirteenths are never halves.
      const int smooth = (2 * sum + 13) / 26;
      result.rgb[static_cast<size_t>(y) * row_bytes + i] =
          Blend(smooth, row[i], by);
    }
  }
  return result;
}

}  // namespace tunesmith::worker
