#include "worker/images/resize.h"

#include <fstream>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/worker/images/image_cases.h"

namespace tunesmith::worker {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

TEST(ResizeTest, GivesTheBitsThatPillowGives) {
  const Image image = *ImageCaseOf("png").expected;
  std::ifstream file(TUNESMITH_GOLDEN_DIR "/images/resized.json");
  const nlohmann::json cases = nlohmann::json::parse(file);
  ASSERT_GT(cases.size(), 10u);
  for (const nlohmann::json& one : cases) {
    const int width = one["width"], height = one["height"];
    const std::string filter = one["filter"];
    SCOPED_TRACE(filter + " " + std::to_string(width) + " x " +
                 std::to_string(height));
    std::string expected;
    ASSERT_TRUE(absl::Base64Unescape(one["rgb"].get<std::string>(), &expected));
    Image resized = Resize(image, width, height,
                           filter == "bicubic" ? Interpolation::kBicubic
                                               : Interpolation::kBilinear);
    EXPECT_EQ(resized.width, width);
    EXPECT_EQ(resized.height, height);
    // As a boolean: nobody wants to see the bytes.
    EXPECT_TRUE(std::string(resized.rgb.begin(), resized.rgb.end()) ==
                expected);
  }
}

TEST(ResizeTest, TheShorterSideDecides) {
  auto size = [](int width, int height) {
    Image image{.width = width,
                .height = height,
                .rgb = std::vector<uint8_t>(width * height * 3)};
    Image resized = ResizeShorterSide(image, 10, Interpolation::kBilinear);
    return std::pair(resized.width, resized.height);
  };
  EXPECT_EQ(size(20, 40), std::pair(10, 20));
  EXPECT_EQ(size(40, 30), std::pair(13, 10));
  EXPECT_EQ(size(5, 5), std::pair(10, 10));
}

// One row whose pixels are numbered.
Image Row(int width) {
  Image image{.width = width, .height = 1};
  for (int x = 0; x < width; ++x) {
    image.rgb.insert(image.rgb.end(), 3, static_cast<uint8_t>(x + 1));
  }
  return image;
}

TEST(CenterCropTest, TakesTheMiddle) {
  EXPECT_THAT(CenterCrop(Row(5), 1).rgb, ElementsAre(3, 3, 3));
  // A half goes to the even side: 1.5 is 2, 0.5 is 0.
  EXPECT_THAT(CenterCrop(Row(4), 1).rgb, ElementsAre(3, 3, 3));
  EXPECT_THAT(CenterCrop(Row(2), 1).rgb, ElementsAre(1, 1, 1));
}

TEST(CenterCropTest, WhatLiesOutsideIsBlack) {
  Image crop = CenterCrop(Row(1), 3);
  std::vector<uint8_t> middle(crop.rgb.begin() + 12, crop.rgb.begin() + 15);
  EXPECT_THAT(middle, Each(1));
  EXPECT_EQ(std::count(crop.rgb.begin(), crop.rgb.end(), 0), 24);
}

}  // namespace
}  // namespace tunesmith::worker
