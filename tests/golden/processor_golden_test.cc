// What pictures become by the config files of transformers and timm, against
// those: see make_processor_golden.py.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "worker/augmentation/augment_image.h"
#include "worker/models/image_config.h"
#include "worker/models/image_processor.h"
#include "worker/training/picture_transform.h"

namespace tunesmith::worker {
namespace {

using nlohmann::json;

// Of large results the golden file has every 19th row and column.
constexpr int kStep = 19;

std::string Decoded(const json& text) {
  std::string bytes;
  EXPECT_TRUE(absl::Base64Unescape(text.get<std::string>(), &bytes));
  return bytes;
}

std::vector<float> Floats(const json& text) {
  const std::string bytes = Decoded(text);
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

Image PictureOf(const json& golden) {
  const std::string bytes = Decoded(golden["rgb"]);
  return {.width = golden["width"],
          .height = golden["height"],
          .rgb = {bytes.begin(), bytes.end()}};
}

const char* ProcessorOfFamily(const std::string& model_type) {
  if (model_type == "vit") return "ViTImageProcessor";
  return model_type == "resnet" ? "ConvNextImageProcessor"
                                : "MobileNetV2ImageProcessor";
}

absl::StatusOr<ImageInputFacts> InputOf(const json& one) {
  if (one.contains("pretrained_cfg")) return ImageInputOfTimm(one);
  return ImageInputOfProcessor(one["preprocessor"],
                               ProcessorOfFamily(one["model_type"]));
}

std::vector<float> Evaluated(const Image& picture,
                             const ImageTransform& transform) {
  std::vector<float> all(transform.values());
  EvaluateImage(picture, transform, all);
  if (transform.size <= 100) return all;
  std::vector<float> kept;
  for (int channel = 0; channel < 3; ++channel) {
    for (int y = 0; y < transform.size; y += kStep) {
      for (int x = 0; x < transform.size; x += kStep) {
        kept.push_back(all[static_cast<size_t>(
            (channel * transform.size + y) * transform.size + x)]);
      }
    }
  }
  return kept;
}

// The largest difference, in steps of 1 in 255.
double Steps(const std::vector<float>& a, const std::vector<float>& b,
             const ImageTransform& transform) {
  EXPECT_EQ(a.size(), b.size());
  if (a.size() != b.size()) return INFINITY;
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const size_t channel = i * 3 / a.size();
    largest = std::max(
        largest, std::abs(a[i] - b[i]) * 255.0 * transform.deviation[channel]);
  }
  return largest;
}

json Golden() {
  std::ifstream file(TUNESMITH_GOLDEN_DIR "/images/processed.json");
  return json::parse(file);
}

TEST(ProcessorGoldenTest, PicturesBecomeWhatTheConfigsOwnersMakeOfThem) {
  const json golden = Golden();
  ASSERT_GE(golden["cases"].size(), 35u);
  for (const json& one : golden["cases"]) {
    const std::string name = one["name"];
    const Image picture =
        PictureOf(golden["pictures"][one["picture"].get<size_t>()]);
    absl::StatusOr<ImageInputFacts> input = InputOf(one);
    ASSERT_TRUE(input.ok()) << name << ": " << input.status();
    const ImageTransform transform = TransformOf(*input);
    const std::vector<float> values = Evaluated(picture, transform);
    ASSERT_TRUE(one.contains("pillow") || one.contains("torchvision"));
    // The same bits, and of torchvision's, which rounds weights to 16, nearly.
    for (const auto& [library, steps] :
         {std::pair("pillow", 0.01), std::pair("torchvision", 2.01)}) {
      if (!one.contains(library)) continue;
      EXPECT_LE(Steps(values, Floats(one[library]), transform), steps)
          << name << ", " << library;
    }
  }
}

// Nothing is lost on the way into the files of a result and back.
TEST(ProcessorGoldenTest, WhatIsWrittenForAResultSaysTheSame) {
  for (const json& one : Golden()["cases"]) {
    const std::string name = one["name"];
    absl::StatusOr<ImageInputFacts> input = InputOf(one);
    ASSERT_TRUE(input.ok()) << name << ": " << input.status();
    absl::StatusOr<ImageInputFacts> again;
    if (one.contains("pretrained_cfg")) {
      json config = {{"architecture", "resnet18"}};
      SetImageInputOfTimm(*input, config);
      again = ImageInputOfTimm(config);
    } else {
      again = ImageInputOfProcessor(ProcessorOf(*input), "");
    }
    ASSERT_TRUE(again.ok()) << name << ": " << again.status();
    EXPECT_TRUE(AreSame(*again, *input)) << name;
  }
}

TEST(ProcessorGoldenTest, EverySizeOfTimmIsOneThatTimmMakesAgain) {
  for (int size = 32; size <= 512; size += 7) {
    for (int resize = size; resize <= size + 150; ++resize) {
      json config;
      SetImageInputOfTimm({.size = size, .resize_size = resize}, config);
      const double share = config["pretrained_cfg"]["crop_pct"];
      ASSERT_EQ(static_cast<int>(std::floor(size / share)), resize)
          << size << " of " << resize;
    }
  }
}

}  // namespace
}  // namespace tunesmith::worker
