#include "worker/images/orientation.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;

// A TIFF file with one entry, little-endian.
std::string Exif(char tag, char type, char value) {
  std::string exif("II*\0\x08\0\0\0\x01\0", 10);
  exif += std::string{tag, '\x01', type, '\0', '\x01', '\0', '\0', '\0'};
  exif += std::string{value, '\0', '\0', '\0'};
  return exif;
}

TEST(OrientationTest, IsReadFromItsTag) {
  EXPECT_EQ(OrientationOf(Exif('\x12', '\x03', 6)), 6);
  EXPECT_EQ(OrientationOf(Exif('\x13', '\x03', 6)), 1);
  EXPECT_EQ(OrientationOf(Exif('\x12', '\x02', 6)), 1);
  EXPECT_EQ(OrientationOf(Exif('\x12', '\x03', 9)), 1);
}

TEST(OrientationTest, RubbishMeansAsItIs) {
  const std::string exif = Exif('\x12', '\x03', 6);
  for (size_t size = 0; size < exif.size(); ++size) {
    EXPECT_EQ(OrientationOf(exif.substr(0, size)), 1) << size;
  }
  EXPECT_EQ(OrientationOf(std::string("II*\0\xff\xff\xff\xff", 8)), 1);
}

TEST(OrientationTest, TurnsPixels) {
  // Two pixels side by side, 1 and 2.
  const Image image{.width = 2, .height = 1, .rgb = {1, 1, 1, 2, 2, 2}};
  Image mirrored = Oriented(image, 2);
  EXPECT_EQ(mirrored.width, 2);
  EXPECT_THAT(mirrored.rgb, ElementsAre(2, 2, 2, 1, 1, 1));
  Image clockwise = Oriented(image, 6);
  EXPECT_EQ(clockwise.width, 1);
  EXPECT_EQ(clockwise.height, 2);
  EXPECT_THAT(clockwise.rgb, ElementsAre(1, 1, 1, 2, 2, 2));
  EXPECT_THAT(Oriented(image, 8).rgb, ElementsAre(2, 2, 2, 1, 1, 1));
}

}  // namespace
}  // namespace tunesmith::worker
