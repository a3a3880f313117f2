#include "worker/images/contact_sheet.h"

#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/images/image_cases.h"
#include "worker/images/decode.h"
#include "worker/images/encode_png.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;

Image Plain(int width, int height, uint8_t value) {
  Image image{.width = width, .height = height};
  image.rgb.assign(static_cast<size_t>(width) * height * 3, value);
  return image;
}

// Nothing that a PNG could make smaller.
Image Noise(int side) {
  std::mt19937 random(1);
  Image image = Plain(side, side, 0);
  for (uint8_t& value : image.rgb) value = static_cast<uint8_t>(random());
  return image;
}

uint8_t ValueAt(const Image& image, int x, int y) {
  return image.rgb[(static_cast<size_t>(y) * image.width + x) * 3];
}

TEST(EncodePngTest, IsDecodedToTheSamePixels) {
  const Image image = *ImageCaseOf("png").expected;
  auto png = EncodePng(image);
  ASSERT_TRUE(png.ok()) << png.status();
  auto decoded = DecodeImage(*png);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->width, image.width);
  EXPECT_EQ(decoded->height, image.height);
  EXPECT_EQ(decoded->rgb, image.rgb);
}

TEST(EncodePngTest, AnEmptyPictureIsAnError) {
  EXPECT_EQ(EncodePng(Image()).status().code(), absl::StatusCode::kInternal);
}

TEST(ContactSheetTest, PicturesStandInRowsWithAGap) {
  const std::vector<Image> pictures = {Plain(4, 4, 10), Plain(8, 8, 20),
                                       Plain(4, 4, 30)};
  const Image sheet = ContactSheet(pictures, {.columns = 2}, 4);
  EXPECT_EQ(sheet.width, 2 * 4 + 3 * 2);
  EXPECT_EQ(sheet.height, 2 * 4 + 3 * 2);
  std::vector<int> row, column;
  for (int i = 0; i < sheet.width; ++i) {
    row.push_back(ValueAt(sheet, i, 3));
    column.push_back(ValueAt(sheet, 3, i));
  }
  EXPECT_THAT(row, ElementsAre(255, 255, 10, 10, 10, 10, 255, 255, 20, 20, 20,
                               20, 255, 255));
  EXPECT_THAT(column, ElementsAre(255, 255, 10, 10, 10, 10, 255, 255, 30, 30,
                                  30, 30, 255, 255));
  // No fourth picture.
  EXPECT_EQ(ValueAt(sheet, 9, 9), 255);
}

TEST(ContactSheetTest, ALongPictureStandsInTheMiddle) {
  const std::vector<Image> pictures = {Plain(100, 1, 10), Plain(20, 80, 10)};
  const Image sheet = ContactSheet(pictures, {.columns = 2}, 8);
  EXPECT_EQ(ValueAt(sheet, 2, 4), 255);
  EXPECT_EQ(ValueAt(sheet, 2, 5), 10);
  EXPECT_EQ(ValueAt(sheet, 14, 2), 255);
  EXPECT_EQ(ValueAt(sheet, 15, 2), 10);
  EXPECT_EQ(ValueAt(sheet, 16, 9), 10);
  EXPECT_EQ(ValueAt(sheet, 17, 9), 255);
}

TEST(ContactSheetTest, RowsAreNumberedWhereThereIsRoom) {
  const std::vector<Image> pictures(12, Plain(16, 16, 50));
  const Image sheet = ContactSheet(pictures, {.numbered = true}, 16);
  EXPECT_EQ(sheet.width, 2 * 8 + 2 + 16 + 2);
  auto drawn = [&sheet](int row) {
    std::string dots;
    for (int y = 0; y < 5; ++y) {
      for (int x = 0; x < 8; ++x) {
        const int value = ValueAt(sheet, 2 + x * 2, 2 + row * 18 + 3 + y * 2);
        dots += value == 0 ? '#' : value == 255 ? ' ' : '?';
      }
      dots += '|';
    }
    return dots;
  };
  EXPECT_EQ(drawn(0), "     #  |    ##  |     #  |     #  |    ### |");
  EXPECT_EQ(drawn(11), " #  ### |##    # | #  ### | #  #   |### ### |");
  EXPECT_EQ(ContactSheet(pictures, {.numbered = true}, 9).width, 2 + 9 + 2);
}

TEST(ContactSheetTest, SquaresAreAsLargeAsTheBytesAllow) {
  auto side_of = [](size_t count, int columns, int picture_side) {
    const std::vector<Image> pictures(count, Noise(picture_side));
    auto png = ContactSheetPng(pictures, {.columns = columns});
    EXPECT_TRUE(png.ok()) << png.status();
    EXPECT_LE(png->size(), kMaxSheetBytes);
    const Image sheet = *DecodeImage(*png);
    return (sheet.width - 2) / columns - 2;
  };
  // Never larger than the picture, nor than 160 pixels.
  EXPECT_EQ(side_of(2, 2, 30), 30);
  EXPECT_EQ(side_of(2, 2, 300), 160);
  // Many: 2.5 MB of noise are 55 pixels each. The most that a preview may show
  // is four times as much.
  EXPECT_GE(side_of(16 * 17, 17, 160), 50);
  EXPECT_GE(side_of(64 * 17, 17, 160), 25);
}

TEST(ContactSheetTest, WhatCannotBeThatSmallIsAnError) {
  const std::vector<Image> pictures = {Noise(8)};
  EXPECT_EQ(ContactSheetPng(pictures, {}, 10).status().code(),
            absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace tunesmith::worker
