#include "worker/images/decode.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/images/image_cases.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;

int LargestDifference(const Image& a, const Image& b) {
  int largest = 0;
  for (size_t i = 0; i < a.rgb.size(); ++i) {
    largest = std::max(largest, std::abs(a.rgb[i] - b.rgb[i]));
  }
  return largest;
}

TEST(DecodeImageTest, GivesThePixelsThatPillowGives) {
  int decoded = 0;
  for (const ImageCase& one : AllImageCases()) {
    if (!one.expected.has_value()) continue;
    SCOPED_TRACE(one.name);
    auto image = DecodeImage(one.file);
    ASSERT_TRUE(image.ok()) << image.status();
    ASSERT_EQ(image->width, one.expected->width);
    ASSERT_EQ(image->height, one.expected->height);
    ASSERT_EQ(image->rgb.size(), one.expected->rgb.size());
    // Other builds of the libraries may round otherwise where they upsample.
    EXPECT_LE(LargestDifference(*image, *one.expected), 1);
    ++decoded;
  }
  EXPECT_GT(decoded, 80);
}

TEST(DecodeImageTest, SaysWhatIsNotSupported) {
  const std::pair<std::string, const char*> files[] = {
      {ImageCaseOf("heif").file, "HEIF (.heic) is not supported: convert it"},
      {"", "the file is empty"},
      {"\n<!DOCTYPE html><html>", "a web page"},
      {"version https://git-lfs.github.com/spec/v1\n", "run git lfs pull"},
      {"a text", "not a picture"}};
  for (const auto& [bytes, text] : files) {
    absl::Status status = DecodeImage(bytes).status();
    EXPECT_EQ(ReasonOf(status), "BAD_IMAGE") << text;
    EXPECT_THAT(status.message(), HasSubstr(text));
  }
}

// Pillow inverts the ink of every JPEG; without a marker that says so, such
// pictures were all black.
TEST(DecodeImageTest, InkWithoutAMarkerIsInvertedToo) {
  auto plain = DecodeImage(ImageCaseOf("jpeg_cmyk_plain").file);
  auto marked = DecodeImage(ImageCaseOf("jpeg_cmyk").file);
  ASSERT_TRUE(plain.ok() && marked.ok());
  EXPECT_EQ(LargestDifference(*plain, *marked), 0);
  EXPECT_GT(*std::max_element(plain->rgb.begin(), plain->rgb.end()), 200);
}

TEST(DecodeImageTest, AJpegThatLostItsEndMarkerAloneIsWhole) {
  for (const char* name : {"jpeg", "jpeg_progressive", "jpeg_grey"}) {
    const std::string file = ImageCaseOf(name).file;
    auto whole = DecodeImage(file);
    auto cut = DecodeImage(file.substr(0, file.size() - 2));
    ASSERT_TRUE(cut.ok()) << name << ": " << cut.status();
    EXPECT_EQ(cut->rgb, whole->rgb);
    auto trailing = DecodeImage(file + "trailing bytes");
    ASSERT_TRUE(trailing.ok()) << trailing.status();
    EXPECT_EQ(trailing->rgb, whole->rgb);
  }
}

// Other programs show the rest in grey.
TEST(DecodeImageTest, AJpegWhoseDataEndBeforeItDoesIsIncomplete) {
  const std::string file = ImageCaseOf("jpeg").file;
  const std::string half = file.substr(0, file.size() - 60) + "\xff\xd9";
  absl::Status status = DecodeImage(half).status();
  EXPECT_TRUE(IsIncompleteImage(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("make up its rest"));
  // Whole scans may be missing without a word of libjpeg.
  const std::string progressive = ImageCaseOf("jpeg_progressive").file;
  const std::string coarse =
      progressive.substr(0, progressive.rfind("\xff\xda"));
  EXPECT_THAT(DecodeImage(coarse).status().message(),
              HasSubstr("the JPEG is cut off"));
}

TEST(DecodePictureTest, TellsWhatThePixelsNoLongerShow) {
  auto traits = [](const std::string& name) {
    auto picture = DecodePicture(ImageCaseOf(name).file);
    EXPECT_TRUE(picture.ok()) << name << ": " << picture.status();
    return picture->traits;
  };
  EXPECT_EQ(traits("png").alpha_range, 0);
  for (const char* name :
       {"png_alpha", "png_grey_alpha", "png_palette_transparent", "webp_alpha",
        "gif_transparent", "bmp_masks", "tiff_alpha", "tiff_premultiplied",
        "avif_alpha"}) {
    EXPECT_GT(traits(name).alpha_range, 100) << name;
  }
  EXPECT_EQ(traits("png").used_bits, 0);
  EXPECT_EQ(traits("png_sixteen_bit").used_bits, 16);
  EXPECT_EQ(traits("tiff_sixteen_bit").used_bits, 16);
  EXPECT_FALSE(traits("tiff_sixteen_bit").is_deep_grey);
}

// A grey ramp of values up to 4095. Pillow's convert("RGB") would make all but
// the first 256 of them white.
TEST(DecodePictureTest, OfDeepGreyTheUpperBitsCount) {
  std::string file = "P5 64 64 65535\n";
  for (int i = 0; i < 4096; ++i) {
    file += static_cast<char>(i >> 8);
    file += static_cast<char>(i & 255);
  }
  auto picture = DecodePicture(file);
  ASSERT_TRUE(picture.ok()) << picture.status();
  EXPECT_EQ(picture->traits.used_bits, 12);
  EXPECT_TRUE(picture->traits.is_deep_grey);
  for (size_t i = 0; i < 4096; ++i) {
    ASSERT_EQ(picture->image.rgb[i * 3], i >> 8);
  }
}

TEST(DecodeImageTest, LimitsAreAskedBeforeMemoryIsTaken) {
  for (const char* name : {"jpeg", "png", "webp", "gif", "bmp", "bmp_rle8",
                           "tiff", "avif", "pnm", "webp_animated"}) {
    ImageCase one = ImageCaseOf(name);
    EXPECT_TRUE(
        DecodeImage(one.file, {.max_side = 21, .max_pixels = 21 * 14}).ok());
    EXPECT_THAT(DecodeImage(one.file, {.max_side = 20}).status().message(),
                HasSubstr("21 x 14"));
    EXPECT_FALSE(DecodeImage(one.file, {.max_pixels = 21 * 14 - 1}).ok());
  }
  // A PNG that declares 2^31 - 1 pixels on each side: its header with a right
  // checksum.
  std::string bomb = ImageCaseOf("png").file.substr(0, 33);
  bomb.replace(16, 8, std::string("\x7f\xff\xff\xff\x7f\xff\xff\xff", 8));
  EXPECT_EQ(ReasonOf(DecodeImage(bomb).status()), "BAD_IMAGE");
}

// A file that is cut off is never taken for a whole one; wherever a bit is
// turned, there is a picture or an error.
TEST(DecodeImageTest, DamagedFilesDoNoHarm) {
  for (const ImageCase& one : AllImageCases()) {
    SCOPED_TRACE(one.name);
    // What the last bytes are for, no picture needs.
    const size_t needed = one.file.size() * 9 / 10;
    const size_t stride = std::max<size_t>(one.file.size() / 300, 1);
    for (size_t size = 0; size < one.file.size(); size += stride) {
      auto image = DecodeImage(one.file.substr(0, size));
      if (size < needed && !one.name.ends_with("_animated")) {
        EXPECT_EQ(ReasonOf(image.status()), "BAD_IMAGE") << size;
      }
    }
    for (size_t i = 0; i < one.file.size(); i += stride) {
      std::string flipped = one.file;
      flipped[i] ^= static_cast<char>(1 << (i % 8));
      auto image = DecodeImage(flipped, {.max_pixels = 1'000'000});
      if (image.ok()) {
        EXPECT_EQ(image->rgb.size(),
                  static_cast<size_t>(image->width) * image->height * 3);
      } else {
        EXPECT_TRUE(ReasonOf(image.status()) == "BAD_IMAGE" ||
                    IsIncompleteImage(image.status()))
            << image.status();
      }
    }
  }
}

}  // namespace
}  // namespace tunesmith::worker
