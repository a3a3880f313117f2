#include "worker/images/perceptual_hash.h"

#include <bit>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/images/image_cases.h"
#include "worker/images/decode.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;

// Smooth random spots.
Image Spots(unsigned seed, int width, int height) {
  std::mt19937 random(seed);
  uint8_t spots[5][5];
  for (auto& row : spots) {
    for (uint8_t& spot : row) spot = static_cast<uint8_t>(random());
  }
  Image image{.width = width, .height = height};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      uint8_t value = spots[y * 5 / height][x * 5 / width];
      image.rgb.insert(image.rgb.end(), 3, value);
    }
  }
  return image;
}

int Distance(const Image& a, const Image& b) {
  return std::popcount(*PerceptualHash(a) ^ *PerceptualHash(b));
}

TEST(PerceptualHashTest, SizeAndLightMeanLittle) {
  Image image = Spots(1, 300, 200);
  EXPECT_LE(Distance(image, Spots(1, 150, 100)), kSameLookBits);
  Image lighter = image;
  for (uint8_t& value : lighter.rgb) {
    value = static_cast<uint8_t>(20 + value * 200 / 255);
  }
  EXPECT_LE(Distance(image, lighter), kSameLookBits);
}

TEST(PerceptualHashTest, CompressionMeansLittle) {
  auto png = DecodeImage(ImageCaseOf("png").file);
  auto jpeg = DecodeImage(ImageCaseOf("jpeg").file);
  EXPECT_LE(Distance(*png, *jpeg), kSameLookBits);
}

TEST(PerceptualHashTest, OtherPicturesAreFarAway) {
  for (unsigned seed = 2; seed < 40; ++seed) {
    EXPECT_GT(Distance(Spots(1, 90, 80), Spots(seed, 90, 80)), kSameLookBits);
  }
}

TEST(PerceptualHashTest, APlainPictureHasNone) {
  Image plain{.width = 4, .height = 4, .rgb = std::vector<uint8_t>(48, 200)};
  EXPECT_FALSE(PerceptualHash(plain).has_value());
}

TEST(PerceptualHashTest, TheFirstOneAlikeIsFound) {
  const uint64_t a = 0x0123456789abcdef;
  EXPECT_THAT(FirstAlike(std::vector<uint64_t>{a, ~a, a ^ 0x8000000100000001,
                                               a ^ 0xf, ~a ^ 1}),
              ElementsAre(0, 1, 0, 3, 1));
}

}  // namespace
}  // namespace tunesmith::worker
