#include "worker/augmentation/color.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "worker/augmentation/value_table.h"

namespace tunesmith::worker {
namespace {

// 0.299, 0.587 and 0.114 with 16 bits.
int LumaOf(const uint8_t* pixel) {
  return static_cast<int>(
      (pixel[0] * 19595u + pixel[1] * 38470u + pixel[2] * 7471u + 0x8000u) >>
      16);
}

template <typename Change>
void ForEachPixel(Image& image, const Change& change) {
  uint8_t* pixel = image.rgb.data();
  uint8_t* end = pixel + image.rgb.size() / 3 * 3;
  for (; pixel != end; pixel += 3) change(pixel);
}

uint8_t Round(double value) {
  return static_cast<uint8_t>(std::clamp(std::round(value), 0.0, 255.0));
}

// In 255ths of the circle, from red on, and in 255ths.
struct HueAndSaturation {
  uint8_t hue;
  uint8_t saturation;
};

// `low` and `high`: the least and largest of the three, which differ.
HueAndSaturation HueAndSaturationOf(const uint8_t* rgb, int low, int high) {
  const float range = static_cast<float>(high - low);
  auto distance = [&](int c) {
    return static_cast<float>(high - rgb[c]) / range;
  };
  double sector;
  if (rgb[0] == high) {
    sector = distance(2) - distance(1);
  } else if (rgb[1] == high) {
    sector = 2.0 + distance(0) - distance(2);
  } else {
    sector = 4.0 + distance(1) - distance(0);
  }
  double hue = static_cast<float>(sector) / 6.0 + 1.0;
  if (hue >= 1) hue -= 1;
  const float saturation = range / static_cast<float>(high);
  return {.hue = static_cast<uint8_t>(static_cast<float>(hue) * 255.0),
          .saturation = static_cast<uint8_t>(saturation * 255.0)};
}

void SetHue(HueAndSaturation color, uint8_t value, uint8_t* rgb) {
  const double place = color.hue * 6.0 / 255.0;
  const int sector = static_cast<int>(place);
  const double rest = place - sector;
  const double saturation = color.saturation / 255.0;
  const uint8_t least = Round(value * (1 - saturation));
  const uint8_t falling = Round(value * (1 - saturation * rest));
  const uint8_t rising = Round(value * (1 - saturation * (1 - rest)));
  const uint8_t sectors[6][3] = {
      {value, rising, least}, {falling, value, least},
      {least, value, rising}, {least, falling, value},
      {rising, least, value}, {value, least, falling}};
  std::copy_n(sectors[sector % 6], 3, rgb);
}

}  // namespace

void AdjustBrightness(Image& image, double factor) {
  const float by = static_cast<float>(factor);
  Look(MakeValueTable([by](int value) { return Blend(0, value, by); }), image);
}

void AdjustContrast(Image& image, double factor) {
  uint64_t sum = 0;
  ForEachPixel(image, [&sum](uint8_t* pixel) {
    sum += static_cast<uint64_t>(LumaOf(pixel));
  });
  const size_t pixels = std::max<size_t>(image.rgb.size() / 3, 1);
  const int mean = static_cast<int>(
      static_cast<double>(sum) / static_cast<double>(pixels) + 0.5);
  const float by = static_cast<float>(factor);
  Look(MakeValueTable([&](int value) { return Blend(mean, value, by); }),
       image);
}

void AdjustSaturation(Image& image, double factor) {
  const float by = static_cast<float>(factor);
  ForEachPixel(image, [by](uint8_t* pixel) {
    const int luma = LumaOf(pixel);
    for (int c = 0; c < 3; ++c) pixel[c] = Blend(luma, pixel[c], by);
  });
}

void AdjustHue(Image& image, double share) {
  // Wraps around, as the circle does.
  const uint8_t turn = static_cast<uint8_t>(static_cast<int>(share * 255));
  ForEachPixel(image, [turn](uint8_t* pixel) {
    const auto [low, high] = std::minmax({pixel[0], pixel[1], pixel[2]});
    if (low == high) return;
    HueAndSaturation color = HueAndSaturationOf(pixel, low, high);
    color.hue = static_cast<uint8_t>(color.hue + turn);
    SetHue(color, high, pixel);
  });
}

void MakeGray(Image& image) {
  ForEachPixel(image, [](uint8_t* pixel) {
    std::fill_n(pixel, 3, static_cast<uint8_t>(LumaOf(pixel)));
  });
}

}  // namespace tunesmith::worker
