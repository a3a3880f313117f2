#include "worker/models/keras/keras_weights.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <list>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/scratch_directory.h"
#include "worker/models/network_quirks.h"

namespace tunesmith::worker {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAreArray;

// Layers in memory, with values that count up from 0 in each tensor.
class Layers {
 public:
  void Add(const std::string& name,
           const std::vector<std::vector<int64_t>>& shapes) {
    KerasLayer layer{.name = name, .weights = {}};
    for (const std::vector<int64_t>& shape : shapes) {
      int64_t count = 1;
      for (int64_t extent : shape) count *= extent;
      std::vector<float>& values = values_.emplace_back();
      for (int64_t i = 0; i < count; ++i) {
        values.push_back(static_cast<float>(i));
      }
      layer.weights.push_back({absl::StrCat(name, "/w:0"), shape,
                               std::as_bytes(std::span(values))});
    }
    layers_.push_back(std::move(layer));
  }
  void AddConv(const std::string& name, int64_t kernel = 1, bool bias = false) {
    std::vector<std::vector<int64_t>> shapes = {{kernel, kernel, 1, 1}};
    if (bias) shapes.push_back({1});
    Add(name, shapes);
  }
  void AddNorm(const std::string& name) { Add(name, {{1}, {1}, {1}, {1}}); }

  const std::vector<KerasLayer>& all() const { return layers_; }

 private:
  std::list<std::vector<float>> values_;
  std::vector<KerasLayer> layers_;
};

std::map<std::string, ConvertedTensor> Convert(const Layers& layers,
                                               const std::string& network) {
  auto tensors = ConvertKerasLayers(layers.all(), *FindKerasNetwork(network));
  EXPECT_TRUE(tensors.ok()) << tensors.status();
  std::map<std::string, ConvertedTensor> named;
  for (ConvertedTensor& tensor : *tensors) {
    EXPECT_FALSE(named.contains(tensor.name)) << tensor.name;
    named[tensor.name] = std::move(tensor);
  }
  return named;
}

template <class Map>
std::vector<std::string> NamesIn(const Map& map) {
  std::vector<std::string> names;
  for (const auto& [name, value] : map) names.push_back(name);
  return names;
}

// What a network of torchvision has, its head included; counters can be left
// out. See tests/golden/make_image_names.py.
std::vector<std::string> NamesOf(const std::string& architecture) {
  std::ifstream file(absl::StrCat(TUNESMITH_GOLDEN_DIR, "/image_names/",
                                  architecture, ".txt"));
  std::vector<std::string> names;
  for (std::string line; std::getline(file, line);) {
    std::string name = line.substr(0, line.find(' '));
    if (!name.ends_with("num_batches_tracked")) names.push_back(name);
  }
  EXPECT_FALSE(names.empty()) << architecture;
  return names;
}

// The layers as keras.applications.mobilenet_v2 names them.
TEST(KerasNetworkTest, MobileNetV2HasEveryTensorOfTorchvisions) {
  for (const char* head : {"Logits", "predictions"}) {
    Layers layers;
    layers.AddConv("Conv1", 3);
    layers.AddNorm("bn_Conv1");
    for (int block = 0; block <= 16; ++block) {
      std::string prefix = absl::StrCat("block_", block, "_");
      if (block == 0) {
        prefix = "expanded_conv_";
      } else {
        layers.AddConv(prefix + "expand");
        layers.AddNorm(prefix + "expand_BN");
      }
      layers.AddConv(prefix + "depthwise", 3);
      layers.AddNorm(prefix + "depthwise_BN");
      layers.AddConv(prefix + "project");
      layers.AddNorm(prefix + "project_BN");
    }
    layers.AddConv("Conv_1");
    layers.AddNorm("Conv_1_bn");
    layers.Add(head, {{1, 2}, {2}});
    EXPECT_THAT(NamesIn(Convert(layers, "mobilenet_v2")),
                UnorderedElementsAreArray(NamesOf("mobilenet_v2")));
  }
}

// As keras.applications.resnet names them: every convolution has a bias.
TEST(KerasNetworkTest, ResNetsHaveEveryTensorOfTorchvisions) {
  for (const auto& [name, depths] :
       std::map<std::string, std::vector<int>>{{"resnet50", {3, 4, 6, 3}},
                                               {"resnet101", {3, 4, 23, 3}},
                                               {"resnet152", {3, 8, 36, 3}}}) {
    Layers layers;
    auto add = [&layers](const std::string& layer) {
      layers.AddConv(layer + "_conv", 1, /*bias=*/true);
      layers.AddNorm(layer + "_bn");
    };
    add("conv1");
    for (int stack = 2; stack <= 5; ++stack) {
      for (int block = 1; block <= depths[stack - 2]; ++block) {
        std::string prefix = absl::StrCat("conv", stack, "_block", block, "_");
        for (int i = block == 1 ? 0 : 1; i <= 3; ++i) {
          add(absl::StrCat(prefix, i));
        }
      }
    }
    layers.Add("predictions", {{1, 2}, {2}});
    EXPECT_THAT(NamesIn(Convert(layers, name)),
                UnorderedElementsAreArray(NamesOf(name)));
  }
}

TEST(KerasNetworkTest, SqueezeNetHasEveryTensorOfTorchvisions) {
  for (const char* name : {"squeezenet1_0", "squeezenet1_1"}) {
    Layers layers;
    layers.AddConv("conv1", 3, true);
    for (int fire = 2; fire <= 9; ++fire) {
      for (const char* part : {"squeeze1x1", "expand1x1", "expand3x3"}) {
        layers.AddConv(absl::StrCat("fire", fire, "/", part), 1, true);
      }
    }
    layers.AddConv("conv10", 1, true);
    EXPECT_THAT(NamesIn(Convert(layers, name)),
                UnorderedElementsAreArray(NamesOf(name)));
  }
}

TEST(KerasNetworkTest, ConventionsAreThoseOfKerasApplications) {
  auto resnet = ReadQuirks(FindKerasNetwork("resnet50")->config);
  ASSERT_TRUE(resnet.ok()) << resnet.status();
  EXPECT_TRUE(resnet->stride_in_first_convolution);
  EXPECT_TRUE(resnet->blue_first);
  EXPECT_FALSE(resnet->tensorflow_padding);
  EXPECT_EQ(resnet->epsilon, 1.001e-5);
  auto mobilenet = ReadQuirks(FindKerasNetwork("mobilenet_v2")->config);
  ASSERT_TRUE(mobilenet.ok()) << mobilenet.status();
  EXPECT_TRUE(mobilenet->tensorflow_padding);
  EXPECT_FALSE(mobilenet->blue_first);
  EXPECT_EQ(mobilenet->epsilon, 1e-3);
  EXPECT_EQ(FindKerasNetwork("mobilenet_v2")->config["pretrained_cfg"]["std"],
            nlohmann::json({0.5, 0.5, 0.5}));
  auto squeezenet = ReadQuirks(FindKerasNetwork("squeezenet1_1")->config);
  ASSERT_TRUE(squeezenet.ok()) << squeezenet.status();
  EXPECT_TRUE(squeezenet->blue_first);
  EXPECT_EQ(squeezenet->epsilon, kStandardEpsilon);
  // Red first, of values from 0 to 1.
  const nlohmann::json mean =
      FindKerasNetwork("squeezenet1_1")->config["pretrained_cfg"]["mean"];
  EXPECT_DOUBLE_EQ(mean[0].get<double>() * 255, 123.68);
  EXPECT_DOUBLE_EQ(mean[2].get<double>() * 255, 103.939);
}

TEST(ConvertKerasLayersTest, KernelsAreTransposed) {
  Layers layers;
  // Value = ((h * 3 + w) * 2 + in) * 5 + out.
  layers.Add("Conv1", {{2, 3, 2, 5}});
  // Value = ((h * 2 + w) * 3 + in) * 2 + multiple.
  layers.Add("expanded_conv_depthwise", {{2, 2, 3, 2}});
  layers.Add("Logits", {{2, 3}, {3}});
  auto tensors = Convert(layers, "mobilenet_v2");
  const ConvertedTensor& plain = tensors["features.0.0.weight"];
  EXPECT_THAT(plain.shape, ElementsAre(5, 2, 2, 3));
  size_t index = 0;
  for (int out = 0; out < 5; ++out) {
    for (int in = 0; in < 2; ++in) {
      for (int h = 0; h < 2; ++h) {
        for (int w = 0; w < 3; ++w) {
          EXPECT_EQ(plain.values[index++], ((h * 3 + w) * 2 + in) * 5 + out);
        }
      }
    }
  }
  const ConvertedTensor& depthwise = tensors["features.1.conv.0.0.weight"];
  EXPECT_THAT(depthwise.shape, ElementsAre(6, 1, 2, 2));
  EXPECT_THAT(depthwise.values,
              ElementsAre(0, 6, 12, 18, 1, 7, 13, 19, 2, 8, 14, 20, 3, 9, 15,
                          21, 4, 10, 16, 22, 5, 11, 17, 23));
  EXPECT_THAT(tensors["classifier.1.weight"].shape, ElementsAre(3, 2));
  EXPECT_THAT(tensors["classifier.1.weight"].values,
              ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_THAT(tensors["classifier.1.bias"].values, ElementsAre(0, 1, 2));
}

TEST(ConvertKerasLayersTest, ABiasInFrontOfANormalisationGoesIntoItsMean) {
  Layers layers;
  layers.Add("conv1_bn", {{3}, {3}, {3}, {3}});
  layers.Add("conv2_block1_0_conv", {{1, 1, 1, 2}, {2}});
  layers.Add("conv1_conv", {{1, 1, 1, 3}, {3}});
  auto tensors = Convert(layers, "resnet50");
  EXPECT_FALSE(tensors.contains("conv1.bias"));
  EXPECT_THAT(tensors["bn1.running_mean"].values, ElementsAre(0, 0, 0));
  for (const char* part : {"bn1.weight", "bn1.bias", "bn1.running_var"}) {
    EXPECT_THAT(tensors[part].values, ElementsAre(0, 1, 2)) << part;
  }
}

// As Sequential([ResNet50(...), Dense(...)]) is saved.
TEST(ConvertKerasLayersTest, AModelInAModelIsOpened) {
  Layers layers;
  layers.Add("resnet50", {{1, 1, 1, 2}, {2}, {2}, {2}, {2}, {2}, {3, 3}});
  std::vector<KerasLayer> all = layers.all();
  const char* names[] = {"conv1_conv/kernel:0",
                         "conv1_conv/bias:0",
                         "conv1_bn/gamma:0",
                         "conv1_bn/beta:0",
                         "conv1_bn/moving_mean:0",
                         "conv1_bn/moving_variance:0",
                         "own/kernel:0"};
  for (size_t i = 0; i < all[0].weights.size(); ++i) {
    all[0].weights[i].name = names[i];
  }
  auto tensors = ConvertKerasLayers(all, *FindKerasNetwork("resnet50"));
  ASSERT_TRUE(tensors.ok()) << tensors.status();
  std::vector<std::string> converted;
  for (const ConvertedTensor& tensor : *tensors) {
    converted.push_back(tensor.name);
  }
  EXPECT_THAT(converted, ElementsAre("conv1.weight", "bn1.weight", "bn1.bias",
                                     "bn1.running_mean", "bn1.running_var",
                                     "resnet50/own/kernel:0"));
  EXPECT_THAT((*tensors)[3].values, ElementsAre(0, 0));
}

TEST(ConvertKerasLayersTest, LayersOfOthersKeepTheirNames) {
  Layers layers;
  layers.Add("dense_1", {{2, 3}});
  auto tensors = Convert(layers, "resnet50");
  EXPECT_THAT(tensors.begin()->first, HasSubstr("dense_1"));
  EXPECT_THAT(tensors.begin()->second.shape, ElementsAre(2, 3));
}

TEST(ConvertKerasLayersTest, WrongFormsAreNamed) {
  const std::vector<std::vector<std::vector<int64_t>>> forms = {
      {{3, 3, 2}}, {{3, 3, 1, 1}, {1}, {1}}, {{3, 3, 1, 1}, {1, 1}}};
  for (const auto& form : forms) {
    Layers layers;
    layers.Add("Conv1", form);
    auto tensors =
        ConvertKerasLayers(layers.all(), *FindKerasNetwork("mobilenet_v2"));
    EXPECT_EQ(ReasonOf(tensors.status()), "WEIGHT_SHAPE_MISMATCH");
    EXPECT_THAT(std::string(tensors.status().message()), HasSubstr("Conv1"));
  }
  Layers norm;
  norm.Add("bn_Conv1", {{2}, {2}, {2}});
  EXPECT_EQ(
      ReasonOf(ConvertKerasLayers(norm.all(), *FindKerasNetwork("mobilenet_v2"))
                   .status()),
      "WEIGHT_SHAPE_MISMATCH");
  Layers fold;
  fold.Add("conv1_conv", {{1, 1, 1, 3}, {3}});
  fold.AddNorm("conv1_bn");
  EXPECT_EQ(
      ReasonOf(ConvertKerasLayers(fold.all(), *FindKerasNetwork("resnet50"))
                   .status()),
      "WEIGHT_SHAPE_MISMATCH");
}

class OpenWeightsTest : public ::testing::Test {
 protected:
  void Copy(const std::string& name, const std::string& as) {
    std::filesystem::copy_file(std::string(TUNESMITH_GOLDEN_DIR) + name,
                               directory_.File(as));
  }

  ScratchDirectory directory_;
  nlohmann::json config_ = {{"architecture", "mobilenet_v2"}};
  std::vector<ModelNote> notes_;
};

TEST_F(OpenWeightsTest, AKerasFileStandsForSafetensors) {
  Copy("/keras/weights.h5", "model.h5");
  auto weights = OpenWeights(directory_.path(), config_, notes_);
  ASSERT_TRUE(weights.ok()) << weights.status();
  std::vector<std::string> names;
  for (const StoredTensor& tensor : (*weights)->tensors()) {
    names.push_back(tensor.name);
    EXPECT_EQ(tensor.type, TensorType::kF32);
  }
  EXPECT_THAT(names, Contains("features.0.0.weight"));
  EXPECT_THAT(names, Contains("features.0.1.running_var"));
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_EQ((*weights)->size_bytes(),
            static_cast<int64_t>(
                std::filesystem::file_size(directory_.File("model.h5"))));
  EXPECT_EQ(config_["batch_norm_epsilon"], 1e-3);
  EXPECT_EQ(config_["padding"], "tensorflow_same");
  EXPECT_EQ(config_["pretrained_cfg"]["mean"], nlohmann::json({0.5, 0.5, 0.5}));
  ASSERT_EQ(notes_.size(), 1u);
  EXPECT_EQ(notes_[0].kind, ModelNote::Kind::kConvertedWeights);
  EXPECT_THAT(notes_[0].message,
              testing::AllOf(HasSubstr("padding \"tensorflow_same\""),
                             HasSubstr("batch_norm_epsilon 0.001")));
}

TEST_F(OpenWeightsTest, WhatTheConfigSaysStays) {
  Copy("/keras/weights.h5", "model.h5");
  config_["batch_norm_epsilon"] = 0.002;
  config_["padding"] = "symmetric";
  config_["pretrained_cfg"]["std"] = {1, 1, 1};
  ASSERT_TRUE(OpenWeights(directory_.path(), config_, notes_).ok());
  EXPECT_EQ(config_["batch_norm_epsilon"], 0.002);
  EXPECT_EQ(config_["padding"], "symmetric");
  EXPECT_EQ(config_["pretrained_cfg"]["std"], nlohmann::json({1, 1, 1}));
  EXPECT_EQ(config_["pretrained_cfg"]["mean"], nlohmann::json({0.5, 0.5, 0.5}));
}

TEST_F(OpenWeightsTest, SafetensorsAreReadAsTheyAre) {
  Copy("/mobilenet_v2_tiny/model.safetensors", "model.safetensors");
  ASSERT_TRUE(OpenWeights(directory_.path(), config_, notes_).ok());
  EXPECT_FALSE(config_.contains("batch_norm_epsilon"));
  EXPECT_TRUE(notes_.empty());
}

TEST_F(OpenWeightsTest, UnknownArchitecturesAndDamagedFilesAreRefused) {
  Copy("/keras/weights.h5", "model.h5");
  config_["architecture"] = "resnet18";
  absl::Status status =
      OpenWeights(directory_.path(), config_, notes_).status();
  EXPECT_EQ(ReasonOf(status), "UNSUPPORTED_MODEL");
  EXPECT_THAT(std::string(status.message()),
              testing::AllOf(HasSubstr("resnet18"), HasSubstr("resnet50")));
  directory_.Write("model.h5", "nothing");
  config_["architecture"] = "resnet50";
  EXPECT_EQ(ReasonOf(OpenWeights(directory_.path(), config_, notes_).status()),
            "CORRUPT_WEIGHTS");
}

}  // namespace
}  // namespace tunesmith::worker
