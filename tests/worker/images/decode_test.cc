#include "worker/images/decode.h"

#include <cstdlib>

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
  EXPECT_GT(decoded, 20);
}

TEST(DecodeImageTest, SaysWhatIsNotSupported) {
  for (const auto& [name, text] : {std::pair("gif", "GIF is not supported"),
                                   std::pair("bmp", "BMP is not supported"),
                                   std::pair("tiff", "TIFF is not supported"),
                                   std::pair("webp_animated", "animated")}) {
    absl::Status status = DecodeImage(ImageCaseOf(name).file).status();
    EXPECT_EQ(ReasonOf(status), "BAD_IMAGE") << name;
    EXPECT_THAT(status.message(), HasSubstr(text)) << name;
  }
  EXPECT_EQ(ReasonOf(DecodeImage("").status()), "BAD_IMAGE");
  EXPECT_EQ(ReasonOf(DecodeImage("<html>").status()), "BAD_IMAGE");
}

TEST(DecodeImageTest, LimitsAreAskedBeforeMemoryIsTaken) {
  for (const char* name : {"jpeg", "png", "webp"}) {
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
    for (size_t size = 0; size < one.file.size(); size += 3) {
      auto image = DecodeImage(one.file.substr(0, size));
      if (size < needed) {
        EXPECT_EQ(ReasonOf(image.status()), "BAD_IMAGE") << size;
      }
    }
    for (size_t i = 0; i < one.file.size(); ++i) {
      std::string flipped = one.file;
      flipped[i] ^= static_cast<char>(1 << (i % 8));
      auto image = DecodeImage(flipped, {.max_pixels = 1'000'000});
      if (image.ok()) {
        EXPECT_EQ(image->rgb.size(),
                  static_cast<size_t>(image->width) * image->height * 3);
      } else {
        EXPECT_EQ(ReasonOf(image.status()), "BAD_IMAGE");
      }
    }
  }
}

}  // namespace
}  // namespace tunesmith::worker
