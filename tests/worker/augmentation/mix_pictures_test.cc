#include "worker/augmentation/mix_pictures.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;

Image Plain(int width, int height, uint8_t value) {
  Image image{.width = width, .height = height};
  image.rgb.assign(static_cast<size_t>(width) * height * 3, value);
  return image;
}

// The first channel of each pixel.
std::vector<int> Reds(const Image& image) {
  std::vector<int> reds;
  for (size_t i = 0; i < image.rgb.size(); i += 3) reds.push_back(image.rgb[i]);
  return reds;
}

TEST(MixPicturesTest, MixupBlendsEachWithTheOneBeforeIt) {
  std::vector<Image> pictures = {Plain(1, 1, 0), Plain(1, 1, 100),
                                 Plain(1, 1, 200)};
  MixPictures({.lambda = 0.75, .everywhere = true}, 1, 1, pictures);
  EXPECT_THAT(Reds(pictures[0]), ElementsAre(50));
  EXPECT_THAT(Reds(pictures[1]), ElementsAre(75));
  EXPECT_THAT(Reds(pictures[2]), ElementsAre(175));
}

TEST(MixPicturesTest, CutMixCopiesTheArea) {
  std::vector<Image> pictures = {Plain(3, 2, 1), Plain(3, 2, 2)};
  MixPictures({.area = {.left = 1, .top = 0, .width = 2, .height = 1}}, 3, 2,
              pictures);
  EXPECT_THAT(Reds(pictures[0]), ElementsAre(1, 2, 2, 1, 1, 1));
  EXPECT_THAT(Reds(pictures[1]), ElementsAre(2, 1, 1, 2, 2, 2));
}

TEST(MixPicturesTest, OfSmallerCopiesTheAreaIsSmaller) {
  std::vector<Image> pictures = {Plain(4, 1, 1), Plain(4, 1, 2)};
  MixPictures({.area = {.left = 200, .top = 0, .width = 200, .height = 100}},
              400, 100, pictures);
  EXPECT_THAT(Reds(pictures[0]), ElementsAre(1, 1, 2, 2));
}

TEST(MixPicturesTest, OnePictureIsItsOwnPartner) {
  std::vector<Image> pictures = {Plain(2, 1, 9)};
  MixPictures({.lambda = 0.3, .everywhere = true}, 2, 1, pictures);
  EXPECT_THAT(Reds(pictures[0]), ElementsAre(9, 9));
  MixPictures({}, 2, 1, {});
}

}  // namespace
}  // namespace tunesmith::worker
