#include "worker/augmentation/area.h"

#include <cmath>

#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

Draws DrawsOf(uint64_t sample) {
  return Draws({.seed = 1, .epoch = 0, .sample = sample}, 0);
}

TEST(DrawCropTest, ShareAndRatioLieWithinTheBounds) {
  const RandomResizedCrop crop = {
      .min_area = 0.2, .max_area = 0.5, .min_ratio = 0.5, .max_ratio = 2};
  double shares = 0, logarithms = 0;
  constexpr int kCrops = 2000;
  for (uint64_t i = 0; i < kCrops; ++i) {
    Draws draws = DrawsOf(i);
    const ImageArea area = DrawCrop(crop, 400, 300, draws);
    ASSERT_GE(area.left, 0);
    ASSERT_GE(area.top, 0);
    ASSERT_LE(area.left + area.width, 400);
    ASSERT_LE(area.top + area.height, 300);
    const double share = area.width * area.height / (400.0 * 300);
    const double ratio = static_cast<double>(area.width) / area.height;
    // Sides are whole pixels.
    EXPECT_NEAR(share, 0.35, 0.155);
    EXPECT_NEAR(std::log2(ratio), 0, 1.02);
    shares += share;
    logarithms += std::log2(ratio);
  }
  EXPECT_NEAR(shares / kCrops, 0.35, 0.01);
  EXPECT_NEAR(logarithms / kCrops, 0, 0.06);
}

TEST(DrawCropTest, WhatNeverFitsIsCutOutOfTheMiddle) {
  Draws draws = DrawsOf(0);
  const RandomResizedCrop square = {
      .min_area = 1, .max_area = 1, .min_ratio = 1, .max_ratio = 1};
  EXPECT_EQ(DrawCrop(square, 100, 40, draws),
            (ImageArea{.left = 30, .top = 0, .width = 40, .height = 40}));
  EXPECT_EQ(DrawCrop(square, 40, 100, draws),
            (ImageArea{.left = 0, .top = 30, .width = 40, .height = 40}));
  // At least one pixel.
  const RandomResizedCrop wide = {
      .min_area = 1, .max_area = 1, .min_ratio = 100, .max_ratio = 100};
  EXPECT_EQ(DrawCrop(wide, 1, 9, draws),
            (ImageArea{.left = 0, .top = 4, .width = 1, .height = 1}));
}

TEST(DrawErasureTest, ShareAndRatioLieWithinTheBounds) {
  const RandomErasing erasing = {
      .min_area = 0.1, .max_area = 0.2, .min_ratio = 2, .max_ratio = 3};
  for (uint64_t i = 0; i < 500; ++i) {
    Draws draws = DrawsOf(i);
    const auto area = DrawErasure(erasing, 200, 200, draws);
    ASSERT_TRUE(area.has_value());
    ASSERT_LE(area->left + area->width, 200);
    ASSERT_LE(area->top + area->height, 200);
    EXPECT_NEAR(area->width * area->height / 40000.0, 0.15, 0.055);
    // Height to width.
    EXPECT_NEAR(static_cast<double>(area->height) / area->width, 2.5, 0.55);
  }
}

TEST(DrawErasureTest, WhatNeverFitsIsNotErased) {
  Draws draws = DrawsOf(0);
  EXPECT_EQ(DrawErasure({.min_area = 1, .max_area = 1}, 50, 50, draws),
            std::nullopt);
}

}  // namespace
}  // namespace tunesmith::worker
