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

// For the output pixels from `first` on.
std::vector<Window> WindowsFor(int in, int out, int first, int count,
                               Interpolation interpolation) {
  const bool cubic = interpolation == Interpolation::kBicubic;
  const double scale = static_cast<double>(in) / out;
  // Shrinking widens the filter, so that every pixel counts.
  const double width = std::max(scale, 1.0);
  const double support = (cubic ? 2.0 : 1.0) * width;
  std::vector<Window> windows(static_cast<size_t>(count));
  std::vector<double> weights;
  for (int i = 0; i < count; ++i) {
    const double center = (first + i + 0.5) * scale;
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

// Of the rows from `top` to `bottom` of a part of a picture.
Image ResizeColumns(const Image& image, const ImageArea& part,
                    const std::vector<Window>& windows, int top, int bottom) {
  Image result{.width = static_cast<int>(windows.size()),
               .height = bottom - top};
  result.rgb.resize(windows.size() * static_cast<size_t>(bottom - top) * 3);
  uint8_t* to = result.rgb.data();
  for (int y = top; y < bottom; ++y) {
    const uint8_t* row =
        image.rgb.data() +
        (static_cast<size_t>(part.top + y) * image.width + part.left) * 3;
    for (const Window& window : windows) {
      int32_t red = kHalf, green = kHalf, blue = kHalf;
      const uint8_t* pixel = row + static_cast<size_t>(window.begin) * 3;
      for (int32_t weight : window.weights) {
        red += pixel[0] * weight;
        green += pixel[1] * weight;
        blue += pixel[2] * weight;
        pixel += 3;
      }
      *to++ = ToByte(red);
      *to++ = ToByte(green);
      *to++ = ToByte(blue);
    }
  }
  return result;
}

// `image` begins with the row that the first window begins with.
Image ResizeRows(const Image& image, const std::vector<Window>& windows) {
  Image result{.width = image.width,
               .height = static_cast<int>(windows.size())};
  const size_t row_bytes = static_cast<size_t>(image.width) * 3;
  result.rgb.resize(row_bytes * windows.size());
  std::vector<int32_t> sums(row_bytes);
  uint8_t* to = result.rgb.data();
  for (const Window& window : windows) {
    std::fill(sums.begin(), sums.end(), kHalf);
    const uint8_t* from =
        image.rgb.data() +
        static_cast<size_t>(window.begin - windows.front().begin) * row_bytes;
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

// `part` of the picture scaled to width x height, and of that `area`. A pass
// that changes no length changes no value.
Image Scaled(const Image& image, const ImageArea& part, int width, int height,
             const ImageArea& area, Interpolation interpolation) {
  const std::vector<Window> columns =
      WindowsFor(part.width, width, area.left, area.width, interpolation);
  const std::vector<Window> rows =
      WindowsFor(part.height, height, area.top, area.height, interpolation);
  const Window& last = rows.back();
  return ResizeRows(
      ResizeColumns(image, part, columns, rows.front().begin,
                    last.begin + static_cast<int>(last.weights.size())),
      rows);
}

ImageArea WholeOf(int width, int height) {
  return {.left = 0, .top = 0, .width = width, .height = height};
}

// Where a length of `size` begins in the middle of one of `length`. Of what is
// missing the smaller half is in front.
int MiddleOf(int length, int size, CropRounding rounding) {
  if (length < size) return -((size - length) / 2);
  if (rounding == CropRounding::kDown) return (length - size) / 2;
  return static_cast<int>(std::nearbyint((length - size) / 2.0));
}

struct ImageSize {
  int width;
  int height;
};

ImageSize ScaledSize(const Image& image, int size, Scaling scaling) {
  if (scaling == Scaling::kBothSides) return {size, size};
  const int shorter = std::min(image.width, image.height);
  const int longer = std::max(image.width, image.height);
  const int other =
      static_cast<int>(static_cast<int64_t>(size) * longer / shorter);
  return image.width <= image.height ? ImageSize{size, other}
                                     : ImageSize{other, size};
}

}  // namespace

Image Resize(const Image& image, int width, int height,
             Interpolation interpolation) {
  if (width == image.width && height == image.height) return image;
  return Scaled(image, WholeOf(image.width, image.height), width, height,
                WholeOf(width, height), interpolation);
}

Image ResizePart(const Image& image, const ImageArea& part, int width,
                 int height, Interpolation interpolation) {
  return Scaled(image, part, width, height, WholeOf(width, height),
                interpolation);
}

Image ResizeShorterSide(const Image& image, int size,
                        Interpolation interpolation) {
  const ImageSize full = ScaledSize(image, size, Scaling::kShorterSide);
  return Resize(image, full.width, full.height, interpolation);
}

Image ResizeMiddle(const Image& image, const MiddleOptions& options) {
  const ImageSize full = ScaledSize(image, options.size, options.scaling);
  ImageArea area = WholeOf(std::min(full.width, options.max_width),
                           std::min(full.height, options.max_height));
  area.left = MiddleOf(full.width, area.width, options.rounding);
  area.top = MiddleOf(full.height, area.height, options.rounding);
  return Scaled(image, WholeOf(image.width, image.height), full.width,
                full.height, area, options.interpolation);
}

Image CenterCrop(const Image& image, int size, CropRounding rounding) {
  Image result{.width = size, .height = size};
  result.rgb.resize(static_cast<size_t>(size) * size * 3);
  const int left = MiddleOf(image.width, size, rounding);
  const int top = MiddleOf(image.height, size, rounding);
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
