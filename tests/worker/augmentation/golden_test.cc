// Operations with fixed parameters against torchvision: see
// make_augmentation_golden.py.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "worker/augmentation/color.h"
#include "worker/augmentation/filter.h"
#include "worker/augmentation/geometry.h"
#include "worker/augmentation/rand_augment.h"
#include "worker/images/resize.h"

namespace tunesmith::worker {
namespace {

// Between pixels float is enough here, where Pillow takes double.
constexpr int kTolerance = 1;

using Parameters = std::vector<double>;

std::vector<uint8_t> Bytes(const nlohmann::json& text) {
  std::string bytes;
  EXPECT_TRUE(absl::Base64Unescape(text.get<std::string>(), &bytes));
  return {bytes.begin(), bytes.end()};
}

Image Move(const std::string& name, const Parameters& p, Image image) {
  if (name == "rotation") return Rotated(image, p[0]);
  if (name == "horizontal_flip") FlipColumns(image);
  if (name == "vertical_flip") FlipRows(image);
  if (name == "zoom") return Moved(image, {.scale = p[0]});
  if (name == "translation") {
    return Moved(image, {.move_x = p[0], .move_y = p[1]});
  }
  if (name == "shear") {
    return Moved(image, {.shear_x_degrees = p[0], .shear_y_degrees = p[1]});
  }
  if (name == "resized_crop") {
    return ResizePart(image,
                      {.left = static_cast<int>(p[0]),
                       .top = static_cast<int>(p[1]),
                       .width = static_cast<int>(p[2]),
                       .height = static_cast<int>(p[3])},
                      static_cast<int>(p[4]), static_cast<int>(p[4]),
                      Interpolation::kBilinear);
  }
  return image;
}

Image Do(const std::string& name, const Parameters& p, Image image) {
  if (name == "brightness") AdjustBrightness(image, p[0]);
  if (name == "contrast") AdjustContrast(image, p[0]);
  if (name == "saturation") AdjustSaturation(image, p[0]);
  if (name == "hue") AdjustHue(image, p[0]);
  if (name == "grayscale") MakeGray(image);
  if (name == "gaussian_blur") {
    return GaussianBlurred(image, static_cast<int>(p[0]), p[1]);
  }
  if (name == "rand_augment") {
    return RandAugmented(image, static_cast<RandAugmentKind>(p[0]),
                         static_cast<int>(p[1]), p[2] < 0);
  }
  return Move(name, p, std::move(image));
}

TEST(AugmentationGoldenTest, LiesCloseToTorchvision) {
  std::ifstream file(TUNESMITH_GOLDEN_DIR "/images/augmented.json");
  const nlohmann::json golden = nlohmann::json::parse(file);
  const Image image{.width = golden["width"],
                    .height = golden["height"],
                    .rgb = Bytes(golden["rgb"])};
  ASSERT_GT(golden["cases"].size(), 40u);
  for (const nlohmann::json& one : golden["cases"]) {
    const std::string name = one["name"];
    SCOPED_TRACE(name + " " + one["parameters"].dump());
    const std::vector<uint8_t> expected = Bytes(one["rgb"]);
    const Image result = Do(name, one["parameters"].get<Parameters>(), image);
    ASSERT_EQ(result.rgb.size(), expected.size());
    int largest = 0, differing = 0;
    for (size_t i = 0; i < expected.size(); ++i) {
      const int difference = std::abs(result.rgb[i] - expected[i]);
      largest = std::max(largest, difference);
      differing += difference > 0;
    }
    EXPECT_LE(largest, kTolerance) << "values that differ: " << differing;
  }
}

}  // namespace
}  // namespace tunesmith::worker
