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
  EXPECT_GT(count, 100);
  EXPECT_EQ(limit.refused(), 0);
}

// Whatever stands in place of a byte, there is a picture or an error.
TEST(DamagedPicturesTest, BytesThatAreOverwrittenDoNoHarm) {
  for (const ImageCase& one : AllImageCases()) {
    SCOPED_TRACE(one.name);
    for (size_t i = 0; i < one.file.size(); ++i) {
      for (size_t length : {1, 4}) {
        for (char byte : {'\0', '\x7f', '\xff'}) {
          std::string bytes = one.file;
          bytes.replace(i, std::min(length, bytes.size() - i), length, byte);
          auto image = DecodeImage(bytes, {.max_pixels = 10'000});
          if (!image.ok()) {
            EXPECT_EQ(ReasonOf(image.status()), "BAD_IMAGE");
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
  for (const char* name : {"jpeg", "jpeg_cmyk", "png", "webp",
                           "jpeg_orientation_6", "webp_orientation_8"}) {
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
