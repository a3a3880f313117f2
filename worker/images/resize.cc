#include "worker/images/resize.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace tunesmith::worker {
namespace {

constexpr int kPrecisionBits = 22;

double Triangle(double x) { return std::max(0.0, 1 - std::abs(x)); }

// Keys, "Cubic convolution interpolation for digital image processing", 1981.
double Cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

// What an output pixel is made of: weights in fixed point, from an input pixel
// on.
struct Window {
  int begin = 0;
  std::vector<int32_t> weights;
};

std::vector<Window> WindowsFor(int in, int out, Interpolation interpolation) {
  const bool cubic = interpolation == Interpolation::kBicubic;
  const double scale = static_cast<double>(in) / out;
  // Shrinking widens the filter, so that every pixel counts.
  const double width = std::max(scale, 1.0);
  const double support = (cubic ? 2.0 : 1.0) * width;
  std::vector<Window> windows(static_cast<size_t>(out));
  std::vector<double> weights;
  for (int i = 0; i < out; ++i) {
    const double center = (i + 0.5) * scale;
    Window& window = windows[static_cast<size_t>(i)];
    window.begin = std::max(static_cast<int>(center - support + 0.5), 0);
    const int end = std::min(static_cast<int>(center + support + 0.5), in);
    weights.clear();
    double sum = 0;
    for (int x = window.begin; x < end; ++x) {
      const double place = (x - center + 0.5) / width;
      weights.push_back(cubic ? Cubic(place) : Triangle(place));
      sum += weights.back();
    }
    for (double weight : weights) {
      window.weights.push_back(static_cast<int32_t>(
          std::lround(weight / sum * (1 << kPrecisionBits))));
    }
  }
  return windows;
}

// Sums stay within 32 bits: the weights' magnitudes add up to less than two.
uint8_t ToByte(int32_t sum) {
  return static_cast<uint8_t>(
      std::clamp<int32_t>(sum >> kPrecisionBits, 0, 255));
}

constexpr int32_t kHalf = 1 << (kPrecisionBits - 1);

Image ResizeColumns(const Image& image, int width,
                    Interpolation interpolation) {
  Image result{.width = width, .height = image.height};
  result.rgb.resize(static_cast<size_t>(width) * image.height * 3);
  const std::vector<Window> windows =
      WindowsFor(image.width, width, interpolation);
  uint8_t* to = result.rgb.data();
  for (int y = 0; y < image.height; ++y) {
    const uint8_t* row =
        image.rgb.data() + static_cast<size_t>(y) * image.width * 3;
    for (const Window& window : windows) {
      int32_t sums[3] = {kHalf, kHalf, kHalf};
      const uint8_t* pixel = row + static_cast<size_t>(window.begin) * 3;
      for (int32_t weight : window.weights) {
        for (int32_t& sum : sums) sum += *pixel++ * weight;
      }
      for (int32_t sum : sums) *to++ = ToByte(sum);
    }
  }
  return result;
}

Image ResizeRows(const Image& image, int height, Interpolation interpolation) {
  Image result{.width = image.width, .height = height};
  const size_t row_bytes = static_cast<size_t>(image.width) * 3;
  result.rgb.resize(row_bytes * static_cast<size_t>(height));
  std::vector<int32_t> sums(row_bytes);
  uint8_t* to = result.rgb.data();
  for (const Window& window : WindowsFor(image.height, height, interpolation)) {
    std::fill(sums.begin(), sums.end(), kHalf);
    const uint8_t* from =
        image.rgb.data() + static_cast<size_t>(window.begin) * row_bytes;
    for (int32_t weight : window.weights) {
      for (size_t i = 0; i < row_bytes; ++i) {
        sums[i] += from[i] * weight;
      }
      from += row_bytes;
    }
    for (int32_t sum : sums) *to++ = ToByte(sum);
  }
  return result;
}

}  // namespace

Image Resize(const Image& image, int width, int height,
             Interpolation interpolation) {
  if (width == image.width && height == image.height) return image;
  if (width == image.width) return ResizeRows(image, height, interpolation);
  Image columns = ResizeColumns(image, width, interpolation);
  if (height == image.height) return columns;
  return ResizeRows(columns, height, interpolation);
}

Image ResizeShorterSide(const Image& image, int size,
                        Interpolation interpolation) {
  const int shorter = std::min(image.width, image.height);
  const int longer = std::max(image.width, image.height);
  const int other =
      static_cast<int>(static_cast<int64_t>(size) * longer / shorter);
  return image.width <= image.height
             ? Resize(image, size, other, interpolation)
             : Resize(image, other, size, interpolation);
}

Image CenterCrop(const Image& image, int size) {
  Image result{.width = size, .height = size};
  result.rgb.resize(static_cast<size_t>(size) * size * 3);
  // Halves go to the even side, as Python rounds.
  const int left = static_cast<int>(std::nearbyint((image.width - size) / 2.0));
  const int top = static_cast<int>(std::nearbyint((image.height - size) / 2.0));
  const int begin = std::max(0, -left);
  const int end = std::min(size, image.width - left);
  for (int y = 0; y < size; ++y) {
    const int row = top + y;
    if (row < 0 || row >= image.height || begin >= end) continue;
    std::memcpy(result.rgb.data() + (static_cast<size_t>(y) * size + begin) * 3,
                image.rgb.data() +
                    (static_cast<size_t>(row) * image.width + left + begin) * 3,
                static_cast<size_t>(end - begin) * 3);
  }
  return result;
}

}  // namespace tunesmith::worker
