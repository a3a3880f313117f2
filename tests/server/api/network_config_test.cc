#include "server/api/network_config.h"

#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace tunesmith::server {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> Problems(const v1::NetworkDescription& network) {
  std::vector<FieldViolation> violations;
  CheckNetwork(network, FieldScope("network", &violations));
  std::vector<std::string> fields;
  for (const FieldViolation& violation : violations) {
    EXPECT_FALSE(violation.description.empty());
    fields.push_back(violation.field);
  }
  return fields;
}

v1::NetworkDescription Named(const std::string& architecture) {
  v1::NetworkDescription network;
  network.set_architecture(architecture);
  return network;
}

TEST(CheckNetworkTest, AnArchitectureIsEnough) {
  EXPECT_THAT(Problems(Named("resnet50")), IsEmpty());
  EXPECT_THAT(Problems(Named("")), ElementsAre("network.architecture"));
  EXPECT_THAT(Problems(Named("ResNet-50")),
              ElementsAre("network.architecture"));
  EXPECT_THAT(Problems(Named(std::string(64, 'a'))), IsEmpty());
  EXPECT_THAT(Problems(Named(std::string(65, 'a'))),
              ElementsAre("network.architecture"));
}

TEST(CheckNetworkTest, EveryProblemIsNamedAtOnce) {
  v1::NetworkDescription network;
  network.set_padding(static_cast<v1::NetworkDescription::Padding>(9));
  network.set_batch_norm_epsilon(0);
  for (const char* label : {"ant", "", "ant", "bee"}) {
    network.add_labels(label);
  }
  v1::ImageInput& input = *network.mutable_input();
  input.set_size(4097);
  input.set_resize_size(100);
  for (double value : {0.5, 1.1, -0.1}) input.add_mean(value);
  for (double value : {1.0, 0.0, std::numeric_limits<double>::infinity()}) {
    input.add_standard_deviation(value);
  }
  input.set_interpolation(static_cast<v1::ImageInput::Interpolation>(9));
  input.set_channel_order(static_cast<v1::ImageInput::ChannelOrder>(9));
  input.set_scaling(static_cast<v1::ImageInput::Scaling>(9));
  EXPECT_THAT(
      Problems(network),
      UnorderedElementsAre(
          "network.architecture", "network.padding",
          "network.batch_norm_epsilon", "network.labels[1]",
          "network.labels[2]", "network.input.size",
          "network.input.resize_size", "network.input.mean[1]",
          "network.input.mean[2]", "network.input.standard_deviation[1]",
          "network.input.standard_deviation[2]", "network.input.interpolation",
          "network.input.channel_order", "network.input.scaling"));
}

TEST(CheckNetworkTest, BoundsHoldOnBothSides) {
  v1::NetworkDescription network = Named("a");
  network.mutable_input()->set_size(224);
  network.mutable_input()->set_resize_size(223);
  EXPECT_THAT(Problems(network), ElementsAre("network.input.resize_size"));
  network.mutable_input()->set_resize_size(224);
  EXPECT_THAT(Problems(network), IsEmpty());
  network.mutable_input()->add_mean(0.5);
  EXPECT_THAT(Problems(network), ElementsAre("network.input.mean"));
  network.mutable_input()->clear_mean();
  network.set_batch_norm_epsilon(0.11);
  EXPECT_THAT(Problems(network), ElementsAre("network.batch_norm_epsilon"));
  network.set_batch_norm_epsilon(0.1);
  for (int i = 0; i < 32'768; ++i) network.add_labels(absl::StrCat(i));
  EXPECT_THAT(Problems(network), IsEmpty());
  network.add_labels("one more");
  EXPECT_THAT(Problems(network), ElementsAre("network.labels"));
}

TEST(ConfigOfNetworkTest, WhatFollowsFromTheWeightsIsLeftOpen) {
  EXPECT_EQ(json::parse(ConfigOfNetwork(Named("resnet50"))), json::parse(R"({
    "architecture": "resnet50",
    "num_classes": 0,
    "pretrained_cfg": {
      "input_size": [3, 224, 224],
      "crop_pct": 0.875,
      "crop_mode": "center",
      "interpolation": "bilinear"
    },
    "resize_size": 256
  })"));
}

TEST(ConfigOfNetworkTest, SaysAllThatTheDescriptionSays) {
  v1::NetworkDescription network = Named("mobilenet_v2");
  network.set_padding(v1::NetworkDescription::TENSORFLOW_SAME);
  network.set_batch_norm_epsilon(0.001);
  network.add_labels("ant \"queen\"");
  network.add_labels("bee");
  v1::ImageInput& input = *network.mutable_input();
  input.set_size(192);
  input.set_resize_size(192);
  input.set_interpolation(v1::ImageInput::BICUBIC);
  input.set_channel_order(v1::ImageInput::BGR);
  input.set_scaling(v1::ImageInput::BOTH_SIDES);
  for (double value : {0.25, 0.5, 0.75}) {
    input.add_mean(value);
    input.add_standard_deviation(value / 2);
  }
  EXPECT_EQ(json::parse(ConfigOfNetwork(network)), json::parse(R"({
    "architecture": "mobilenet_v2",
    "num_classes": 2,
    "pretrained_cfg": {
      "input_size": [3, 192, 192],
      "crop_pct": 1.0,
      "crop_mode": "squash",
      "interpolation": "bicubic",
      "mean": [0.25, 0.5, 0.75],
      "std": [0.125, 0.25, 0.375]
    },
    "label_names": ["ant \"queen\"", "bee"],
    "padding": "tensorflow_same",
    "channel_order": "bgr",
    "resize_size": 192,
    "batch_norm_epsilon": 0.001
  })"));
}

TEST(ConfigOfNetworkTest, WhatIsSaidIsNotLeftOpenAgain) {
  v1::NetworkDescription network = Named("resnet50");
  network.set_padding(v1::NetworkDescription::SYMMETRIC);
  network.mutable_input()->set_channel_order(v1::ImageInput::RGB);
  const json config = json::parse(ConfigOfNetwork(network));
  EXPECT_EQ(config["padding"], "symmetric");
  EXPECT_EQ(config["channel_order"], "rgb");
}

TEST(ConfigOfNetworkTest, ASizeAloneKeepsTheUsualCrop) {
  v1::NetworkDescription network = Named("a");
  network.mutable_input()->set_size(160);
  EXPECT_EQ(json::parse(ConfigOfNetwork(network))["resize_size"], 183);
}

}  // namespace
}  // namespace tunesmith::server
