// config.json of networks of pictures, which may say anything.

#include <ostream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "worker/models/resnet/config.h"
#include "worker/models/vit/config.h"

namespace tunesmith::worker {
namespace {

absl::Status ResNet(const std::string& text) {
  return ParseResNetConfig(nlohmann::json::parse(text)).status();
}
absl::Status Vit(const std::string& text) {
  return ParseVitConfig(nlohmann::json::parse(text)).status();
}

struct Case {
  absl::Status (*parse)(const std::string&);
  std::string config;
  std::string message;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.config; }

class BadImageConfigTest : public ::testing::TestWithParam<Case> {};

TEST_P(BadImageConfigTest, IsRefusedWithTheKey) {
  const absl::Status status = GetParam().parse(GetParam().config);
  EXPECT_EQ(ReasonOf(status), "UNSUPPORTED_MODEL") << status;
  EXPECT_THAT(std::string(status.message()),
              ::testing::HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    ResNet, BadImageConfigTest,
    ::testing::Values(
        Case{&ResNet, R"({"depths": []})", "depths"},
        Case{&ResNet, R"({"depths": 3})", "depths"},
        Case{&ResNet, R"({"depths": [3, 4, 6, "3"]})", "depths"},
        Case{&ResNet, R"({"depths": [3, 4, 6, 0]})", "depths"},
        Case{&ResNet, R"({"depths": [3, 4, 6]})", "different lengths"},
        Case{&ResNet, R"({"depths": [1000, 1, 1, 1]})", "1000 blocks"},
        Case{&ResNet, R"({"hidden_sizes": [8, 8, 8, 18446744073709551615]})",
             "hidden_sizes"},
        Case{&ResNet,
             R"({"hidden_sizes": [9,9,9,9,9,9,9,9,9,9,9,9,9,9,9,9,9]})",
             "hidden_sizes"},
        Case{&ResNet, R"({"hidden_sizes": [3, 8, 8, 8]})", "at least 4"},
        Case{&ResNet, R"({"layer_type": "deep"})", "deep"},
        Case{&ResNet, R"({"hidden_act": "prelu"})", "prelu"},
        Case{&ResNet, R"({"num_channels": 1})", "num_channels"},
        Case{&ResNet, R"({"embedding_size": 1e9})", "embedding_size"},
        Case{&ResNet, R"({"downsample_in_bottleneck": 1})",
             "downsample_in_bottleneck"}));

INSTANTIATE_TEST_SUITE_P(
    Vit, BadImageConfigTest,
    ::testing::Values(
        Case{&Vit, R"({"image_size": [224, 160]})", "image_size"},
        Case{&Vit, R"({"image_size": [224, 224, 224]})", "image_size"},
        Case{&Vit, R"({"image_size": 1000000})", "image_size"},
        Case{&Vit, R"({"image_size": 8})", "patch_size"},
        Case{&Vit, R"({"patch_size": 0})", "patch_size"},
        Case{&Vit, R"({"num_attention_heads": 7})", "multiple"},
        Case{&Vit, R"({"num_channels": 4})", "num_channels"},
        Case{&Vit, R"({"num_hidden_layers": 1000000})", "num_hidden_layers"},
        Case{&Vit, R"({"hidden_size": -768})", "hidden_size"},
        Case{&Vit, R"({"hidden_dropout_prob": 1.0})", "hidden_dropout_prob"},
        Case{&Vit, R"({"qkv_bias": "yes"})", "qkv_bias"}));

TEST(VitConfigTest, SizesMayBeLists) {
  auto config =
      ParseVitConfig({{"image_size", {64, 64}}, {"patch_size", {32, 32}}});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->image_size, 64);
  EXPECT_EQ(config->patch_size, 32);
}

TEST(ResNetConfigTest, DefaultsAreResNet50) {
  auto a = ParseResNetConfig(nlohmann::json::object());
  auto b = FindResNetConfig("resnet50");
  ASSERT_TRUE(a.ok() && b.has_value());
  ASSERT_EQ(a->stages.size(), b->stages.size());
  for (size_t i = 0; i < a->stages.size(); ++i) {
    EXPECT_EQ(a->stages[i].width, b->stages[i].width);
    EXPECT_EQ(a->stages[i].depth, b->stages[i].depth);
  }
  EXPECT_FALSE(FindResNetConfig("resnet51").has_value());
}

}  // namespace
}  // namespace tunesmith::worker
