#include "worker/augmentation/geometry.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <utility>

namespace tunesmith::worker {
namespace {

double Radians(double degrees) { return degrees * std::numbers::pi / 180; }

float Between(float a, float b, float share) { return a + (b - a) * share; }

// The value at a place inside the picture; beyond the middles of the outermost
// pixels it is theirs. Fractions are cut off, as Pillow does.
void SamplePixel(const Image& image, float x, float y, uint8_t* to) {
  x -= 0.5f;
  y -= 0.5f;
  const float left = std::floor(x), top = std::floor(y);
  const int x0 = static_cast<int>(left), y0 = static_cast<int>(top);
  const int right = std::min(x0 + 1, image.width - 1);
  const int bottom = std::min(y0 + 1, image.height - 1);
  auto pixel = [&image](int column, int row) {
    return image.rgb.data() +
           (static_cast<size_t>(std::max(row, 0)) * image.width +
            std::max(column, 0)) *
               3;
  };
  const uint8_t* corners[] = {pixel(x0, y0), pixel(right, y0),
                              pixel(x0, bottom), pixel(right, bottom)};
  for (int c = 0; c < 3; ++c) {
    const float above = Between(corners[0][c], corners[1][c], x - left);
    const float below = Between(corners[2][c], corners[3][c], x - left);
    to[c] = static_cast<uint8_t>(Between(above, below, y - top));
  }
}

}  // namespace

void FlipColumns(Image& image) {
  for (int y = 0; y < image.height; ++y) {
    uint8_t* row = image.rgb.data() + static_cast<size_t>(y) * image.width * 3;
    uint8_t* left = row;
    uint8_t* right = row + static_cast<size_t>(image.width - 1) * 3;
    for (; left < right; left += 3, right -= 3) {
      std::swap_ranges(left, left + 3, right);
    }
  }
}

void FlipRows(Image& image) {
  const size_t row_bytes = static_cast<size_t>(image.width) * 3;
  for (int y = 0; y < image.height / 2; ++y) {
    uint8_t* above = image.rgb.data() + static_cast<size_t>(y) * row_bytes;
    uint8_t* below = image.rgb.data() +
                     static_cast<size_t>(image.height - 1 - y) * row_bytes;
    std::swap_ranges(above, above + row_bytes, below);
  }
}

// The picture's points go through R(angle) * scale * Sy * Sx with
//   Sx = [1 -tan(sx); 0 1], Sy = [1 0; -tan(sy) 1],
// whose determinant without the scale is 1; the map is the inverse.
AffineMap MapOf(const AffineMotion& motion, double center_x, double center_y) {
  const double angle = Radians(motion.degrees);
  const double shear_x = std::tan(Radians(motion.shear_x_degrees));
  const double shear_y = std::tan(Radians(motion.shear_y_degrees));
  const double cosine = std::cos(angle), sine = std::sin(angle);
  const double a = cosine + sine * shear_y;
  const double c = sine - cosine * shear_y;
  const double b = -a * shear_x - sine;
  const double d = -c * shear_x + cosine;
  AffineMap map{.xx = d / motion.scale,
                .xy = -b / motion.scale,
                .yx = -c / motion.scale,
                .yy = a / motion.scale};
  const double to_x = center_x + motion.move_x;
  const double to_y = center_y + motion.move_y;
  map.x0 = center_x - map.xx * to_x - map.xy * to_y;
  map.y0 = center_y - map.yx * to_x - map.yy * to_y;
  return map;
}

Image Warped(const Image& image, const AffineMap& map) {
  Image result{.width = image.width, .height = image.height};
  result.rgb.resize(image.rgb.size());
  uint8_t* to = result.rgb.data();
  for (int row = 0; row < result.height; ++row) {
    const double y = row + 0.5;
    const double row_x = map.xy * y + map.x0;
    const double row_y = map.yy * y + map.y0;
    for (int column = 0; column < result.width; ++column, to += 3) {
      const double x = column + 0.5;
      const double from_x = map.xx * x + row_x;
      const double from_y = map.yx * x + row_y;
      if (from_x >= 0 && from_x < image.width && from_y >= 0 &&
          from_y < image.height) {
        SamplePixel(image, static_cast<float>(from_x),
                    static_cast<float>(from_y), to);
      }
    }
  }
  return result;
}

Image Moved(const Image& image, const AffineMotion& motion) {
  return Warped(image, MapOf(motion, image.width / 2.0, image.height / 2.0));
}

Image Rotated(const Image& image, double degrees) {
  return Moved(image, {.degrees = -degrees});
}

}  // namespace tunesmith::worker
