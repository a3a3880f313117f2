#include "worker/augmentation/mix_pictures.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace tunesmith::worker {
namespace {

// A place among `from` pixels, among `to` of them.
int Scaled(int place, int from, int to) {
  return static_cast<int>(std::lround(static_cast<double>(place) * to / from));
}

void Blend(const Image& partner, double lambda, Image& picture) {
  for (size_t i = 0; i < picture.rgb.size(); ++i) {
    picture.rgb[i] = static_cast<uint8_t>(
        std::lround(picture.rgb[i] * lambda + partner.rgb[i] * (1 - lambda)));
  }
}

void CopyArea(const Image& partner, int left, int top, int right, int bottom,
              Image& picture) {
  for (int y = top; y < bottom; ++y) {
    const auto row = static_cast<ptrdiff_t>(y) * picture.width;
    std::copy(partner.rgb.begin() + (row + left) * 3,
              partner.rgb.begin() + (row + right) * 3,
              picture.rgb.begin() + (row + left) * 3);
  }
}

}  // namespace

void MixPictures(const MixDraw& draw, int width, int height,
                 std::span<Image> pictures) {
  if (pictures.empty()) return;
  const ImageArea& area = draw.area;
  auto mix = [&](const Image& partner, Image& picture) {
    if (draw.everywhere) {
      Blend(partner, draw.lambda, picture);
      return;
    }
    CopyArea(partner, Scaled(area.left, width, picture.width),
             Scaled(area.top, height, picture.height),
             Scaled(area.left + area.width, width, picture.width),
             Scaled(area.top + area.height, height, picture.height), picture);
  };
  // From the last one on, so that each partner is still as it was.
  const Image last = pictures.back();
  for (size_t i = pictures.size() - 1; i > 0; --i) {
    mix(pictures[i - 1], pictures[i]);
  }
  mix(last, pictures.front());
}

}  // namespace tunesmith::worker
