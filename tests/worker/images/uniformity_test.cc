#include "worker/images/uniformity.h"

#include "gtest/gtest.h"
#include "tests/worker/images/image_cases.h"
#include "worker/images/decode.h"

namespace tunesmith::worker {
namespace {

Image Plain(int width, int height, uint8_t value) {
  return {.width = width,
          .height = height,
          .rgb = std::vector<uint8_t>(static_cast<size_t>(width) * height * 3,
                                      value)};
}

TEST(UniformityTest, ACertainShareMayDiffer) {
  Image image = Plain(50, 40, 200);
  EXPECT_TRUE(IsNearlyUniform(image));
  // Four pixels are two in a thousand.
  for (size_t i = 0; i < 4; ++i) image.rgb[i * 300] = 100;
  EXPECT_TRUE(IsNearlyUniform(image));
  image.rgb[1500] = 100;
  EXPECT_FALSE(IsNearlyUniform(image));
}

TEST(UniformityTest, NoiseIsNoContent) {
  Image image = Plain(40, 40, 120);
  for (size_t i = 0; i < image.rgb.size(); ++i) {
    image.rgb[i] = static_cast<uint8_t>(116 + i % 9);
  }
  EXPECT_TRUE(IsNearlyUniform(image));
}

TEST(UniformityTest, PicturesShowSomething) {
  EXPECT_FALSE(IsNearlyUniform(*DecodeImage(ImageCaseOf("png").file)));
  EXPECT_FALSE(IsNearlyUniform(*DecodeImage(ImageCaseOf("png_one_bit").file)));
}

TEST(UniformityTest, EveryValueAndSizeIsFine) {
  for (uint8_t value : {0, 1, 255}) {
    EXPECT_TRUE(IsNearlyUniform(Plain(1, 1, value)));
    EXPECT_TRUE(IsNearlyUniform(Plain(3, 1, value)));
  }
}

}  // namespace
}  // namespace tunesmith::worker
