#include "tests/worker/images/damaged_pictures.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/images/allocation_limit.h"
#include "tests/worker/images/image_cases.h"
#include "worker/images/decode.h"

namespace tunesmith::worker {
namespace {

TEST(DamagedPicturesTest, EachIsRefusedWithoutMuchMemory) {
  AllocationLimit limit(1 << 20);
  int count = 0;
  for (const auto& [name, bytes] : DamagedPictures()) {
    EXPECT_EQ(ReasonOf(DecodeImage(bytes).status()), "BAD_IMAGE") << name;
    ++count;
  }
  EXPECT_GT(count, 300);
  EXPECT_EQ(limit.refused(), 0);
}

// Whatever stands in place of a byte, there is a picture or an error.
TEST(DamagedPicturesTest, BytesThatAreOverwrittenDoNoHarm) {
  for (const ImageCase& one : AllImageCases()) {
    SCOPED_TRACE(one.name);
    // One of those that differ in a number alone.
    if (one.name.find("_orientation_") != std::string::npos &&
        !one.name.ends_with("6")) {
      continue;
    }
    // Hundreds of places of each; headers come first.
    const size_t stride = std::max<size_t>(one.file.size() / 300, 1);
    for (size_t i = 0; i < one.file.size(); i += i < 100 ? 1 : stride) {
      for (size_t length : {1, 4}) {
        for (char byte : {'\0', '\x7f', '\xff'}) {
          std::string bytes = one.file;
          bytes.replace(i, std::min(length, bytes.size() - i), length, byte);
          auto image = DecodeImage(bytes, {.max_pixels = 10'000});
          if (!image.ok()) {
            EXPECT_TRUE(ReasonOf(image.status()) == "BAD_IMAGE" ||
                        IsIncompleteImage(image.status()))
                << image.status();
            continue;
          }
          EXPECT_EQ(image->rgb.size(),
                    static_cast<size_t>(image->width) * image->height * 3);
        }
      }
    }
  }
}

TEST(OutOfMemoryTest, IsNoPropertyOfThePicture) {
  for (const char* name :
       {"jpeg", "jpeg_cmyk", "png", "webp", "jpeg_orientation_6",
        "webp_orientation_8", "gif", "bmp", "bmp_rle4", "tiff", "tiff_tiles",
        "avif", "avif_alpha", "pnm"}) {
    const std::string file = ImageCaseOf(name).file;
    // A pixel less than the picture takes.
    AllocationLimit limit(21 * 14 * 3 - 3);
    absl::Status status = DecodeImage(file).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << name;
    EXPECT_EQ(ReasonOf(status), "OUT_OF_MEMORY") << name;
    EXPECT_GT(limit.refused(), 0) << name;
  }
}

}  // namespace
}  // namespace tunesmith::worker
