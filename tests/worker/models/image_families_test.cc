// Directories of networks of pictures, as transformers writes them and as
// torchvision and timm call what is in them.

#include <fstream>
#include <functional>
#include <ostream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/models/model_files.h"
#include "worker/models/description.h"
#include "worker/models/image_processor.h"
#include "worker/models/pretrained.h"
#include "worker/models/resnet/family.h"
#include "worker/models/torchvision_family.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Golden(const std::string& name) {
  return absl::StrCat(TUNESMITH_GOLDEN_DIR, "/", name);
}

const ParameterDescription& Find(const ModelDescription& description,
                                 const std::string& name) {
  for (const ParameterDescription& parameter : description.parameters) {
    if (parameter.name == name) return parameter;
  }
  ADD_FAILURE() << "no " << name;
  return description.parameters.front();
}

TEST(ResNetFamilyTest, TellsWhatADirectoryOfTransformersHolds) {
  auto d = DescribeModel(Golden("resnet_bottleneck_tiny"));
  ASSERT_TRUE(d.ok()) << d.status();
  EXPECT_EQ(d->family, "resnet");
  EXPECT_EQ(d->layer_count, 3);
  EXPECT_THAT(d->head_labels, ElementsAre("no", "perhaps", "yes"));
  EXPECT_EQ(d->head[0].name, "classifier.1.weight");
  EXPECT_THAT(d->head[0].shape, ElementsAre(0, 24));
  EXPECT_THAT(d->ignored_tensors, IsEmpty());
  EXPECT_EQ(Find(*d, "resnet.embedder.embedder.convolution.weight").block,
            ParameterBlock::kEmbeddings);
  const ParameterDescription& last =
      Find(*d, "resnet.encoder.stages.1.layers.0.shortcut.normalization.bias");
  EXPECT_EQ(last.block, ParameterBlock::kLayer);
  EXPECT_EQ(last.layer, 2);
  EXPECT_EQ(d->image_input->size, 32);
  EXPECT_EQ(d->image_input->resize_size, 40);
  EXPECT_TRUE(d->image_input->bicubic);
}

TEST(ResNetFamilyTest, KnowsItsNormalizationAndWhetherItWasFolded) {
  auto d = DescribeModel(Golden("resnet_basic_tiny"));
  ASSERT_TRUE(d.ok()) << d.status();
  EXPECT_FALSE(d->folded_normalization);
  for (const ParameterDescription& parameter : d->parameters) {
    EXPECT_EQ(parameter.normalization,
              parameter.name.find("normalization") != std::string::npos)
        << parameter.name;
  }
  ModelFiles files = ModelFiles::Read(Golden("resnet_basic_tiny"));
  for (ModelFiles::Tensor& tensor : files.tensors) {
    if (!tensor.name.ends_with("running_mean")) continue;
    tensor.bytes.assign(tensor.bytes.size(), '\0');
  }
  ScratchDirectory directory;
  files.WriteTo(directory);
  d = DescribeModel(directory.path());
  ASSERT_TRUE(d.ok()) << d.status();
  EXPECT_TRUE(d->folded_normalization);
}

TEST(VitFamilyTest, TellsWhatADirectoryOfTransformersHolds) {
  auto d = DescribeModel(Golden("vit_tiny"));
  ASSERT_TRUE(d.ok()) << d.status();
  EXPECT_EQ(d->family, "vit");
  EXPECT_EQ(d->layer_count, 2);
  EXPECT_THAT(d->head_labels, ElementsAre("no", "perhaps", "yes"));
  EXPECT_EQ(d->head[0].name, "classifier.weight");
  EXPECT_THAT(d->ignored_tensors, IsEmpty());
  EXPECT_EQ(Find(*d, "vit.embeddings.cls_token").block,
            ParameterBlock::kEmbeddings);
  EXPECT_EQ(Find(*d, "vit.embeddings.patch_embeddings.projection.bias").block,
            ParameterBlock::kEmbeddings);
  EXPECT_EQ(Find(*d, "vit.encoder.layer.1.output.dense.weight").layer, 1);
  EXPECT_EQ(Find(*d, "vit.layernorm.weight").block, ParameterBlock::kPooler);
  EXPECT_EQ(d->image_input->size, 32);
  EXPECT_EQ(d->image_input->resize_size, 32);
}

// A base model: no prefix, no head, a pooler and what else such files have.
TEST(VitFamilyTest, ABaseModelLacksThePrefix) {
  ModelFiles files = ModelFiles::Read(Golden("vit_tiny"));
  files.Remove("classifier.weight");
  files.Remove("classifier.bias");
  for (ModelFiles::Tensor& tensor : files.tensors) tensor.name.erase(0, 4);
  ModelFiles::Tensor other = files.Find("embeddings.cls_token");
  for (const char* name : {"embeddings.mask_token", "pooler.dense.bias"}) {
    other.name = name;
    files.tensors.push_back(other);
  }
  ScratchDirectory directory;
  files.WriteTo(directory);
  auto d = DescribeModel(directory.path());
  ASSERT_TRUE(d.ok()) << d.status();
  EXPECT_THAT(d->head_labels, IsEmpty());
  EXPECT_THAT(d->ignored_tensors,
              ::testing::UnorderedElementsAre("embeddings.mask_token",
                                              "pooler.dense.bias"));
  EXPECT_THAT(d->new_parameters, IsEmpty());
}

// One of torchvision's networks with 1000 labels, all of whose weights are 0.
ModelFiles Torchvision(const std::string& architecture) {
  ModelFiles files;
  std::ifstream names(Golden("image_names/" + architecture + ".txt"));
  for (std::string line; std::getline(names, line);) {
    std::istringstream words(line);
    ModelFiles::Tensor& tensor = files.tensors.emplace_back();
    words >> tensor.name;
    const bool counts = tensor.name.ends_with("num_batches_tracked");
    tensor.type = counts ? TensorType::kI64 : TensorType::kF16;
    int64_t bytes = TensorTypeBytes(tensor.type);
    for (int64_t extent = 0; words >> extent; bytes *= extent) {
      tensor.shape.push_back(extent);
    }
    tensor.bytes.resize(static_cast<size_t>(bytes));
  }
  std::vector<std::string> labels;
  for (int i = 0; i < 1000; ++i) labels.push_back(absl::StrCat("label ", i));
  files.config = {{"architecture", architecture},
                  {"num_classes", 1000},
                  {"pretrained_cfg", {{"label_names", labels}}}};
  return files;
}

struct Network {
  const char* architecture;
  const char* family;
  int layer_count;
  // A parameter of the last layer.
  const char* last;
  std::vector<int64_t> head_shape;
};

void PrintTo(const Network& network, std::ostream* out) {
  *out << network.architecture;
}

class TorchvisionNetworkTest : public ::testing::TestWithParam<Network> {};

TEST_P(TorchvisionNetworkTest, EveryTensorHasItsPlace) {
  ScratchDirectory directory;
  Torchvision(GetParam().architecture).WriteTo(directory);
  auto d = DescribeModel(directory.path());
  ASSERT_TRUE(d.ok()) << d.status();
  EXPECT_EQ(d->family, GetParam().family);
  EXPECT_THAT(d->ignored_tensors, IsEmpty());
  EXPECT_THAT(d->new_parameters, IsEmpty());
  EXPECT_EQ(d->head_labels.size(), 1000u);
  EXPECT_EQ(d->head[0].shape, GetParam().head_shape);
  EXPECT_EQ(d->layer_count, GetParam().layer_count);
  EXPECT_EQ(d->parameters.front().block, ParameterBlock::kEmbeddings);
  EXPECT_EQ(Find(*d, GetParam().last).layer, GetParam().layer_count - 1);
  EXPECT_EQ(d->image_input->size, 224);
}

TEST_P(TorchvisionNetworkTest, ItsOwnHeadIsLoaded) {
  ModelFiles files = Torchvision(GetParam().architecture);
  ScratchDirectory directory;
  files.WriteTo(directory);
  auto model = PretrainedModel::Open(directory.path());
  ASSERT_TRUE(model.ok()) << model.status();
  auto encoder = (*model)->LoadEncoder(at::kCPU, /*dropout=*/{}, /*seed=*/1);
  ASSERT_TRUE(encoder.ok()) << encoder.status();
  auto largest = [&](const std::vector<std::string>& labels) {
    return (*model)
        ->LoadHead(**encoder, labels, at::kCPU, /*seed=*/1)
        ->weight.abs()
        .max()
        .item<float>();
  };
  EXPECT_EQ(largest((*model)->description().head_labels), 0);
  EXPECT_GT(largest({"one", "other"}), 0);
}

TEST(TorchvisionFamilyTest, LabelsMayBeWhereTimmHasThem) {
  for (const nlohmann::json& names :
       {nlohmann::json({"a", "b"}), nlohmann::json({{"0", "a"}, {"1", "b"}})}) {
    EXPECT_THAT(LabelNamesOfTimm({{"label_names", names}}),
                ElementsAre("a", "b"));
    EXPECT_THAT(
        LabelNamesOfTimm({{"pretrained_cfg", {{"label_names", names}}}}),
        ElementsAre("a", "b"));
  }
  EXPECT_THAT(LabelNamesOfTimm({{"label_names", {"a", 1}}}), IsEmpty());
  EXPECT_THAT(LabelNamesOfTimm({{"label_names", "a"}}), IsEmpty());
}

TEST(TorchvisionFamilyTest, ItsConfigSaysWhatTimmReads) {
  TorchvisionResNetFamily family;
  ModelConfig config{.network = {{"architecture", "resnet18"},
                                 {"resize_size", 300},
                                 {"label_descriptions", {{"old", "o"}}},
                                 {"pretrained_cfg",
                                  {{"label_names", {"old"}},
                                   {"test_input_size", {3, 9, 9}}}}}};
  family.SetClassifier({"a", "b"}, config.network);
  family.SetImageInput({.size = 224, .resize_size = 235, .bicubic = true},
                       config);
  EXPECT_EQ(config.network["label_names"], nlohmann::json({"a", "b"}));
  EXPECT_EQ(config.network["num_classes"], 2);
  const nlohmann::json& pretrained = config.network["pretrained_cfg"];
  EXPECT_EQ(static_cast<int>(224 / pretrained["crop_pct"].get<double>()), 235);
  EXPECT_EQ(pretrained["crop_mode"], "center");
  EXPECT_EQ(pretrained["interpolation"], "bicubic");
  for (const char* key : {"label_descriptions", "resize_size"}) {
    EXPECT_FALSE(config.network.contains(key)) << key;
  }
  for (const char* key : {"label_names", "test_input_size"}) {
    EXPECT_FALSE(pretrained.contains(key)) << key;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Networks, TorchvisionNetworkTest,
    ::testing::Values(
        Network{"resnet18", "resnet", 8, "layer4.1.bn2.bias", {0, 512}},
        Network{"squeezenet1_1",
                "squeezenet",
                8,
                "features.12.expand3x3.bias",
                {0, 512, 1, 1}},
        Network{"mobilenet_v2",
                "mobilenet_v2",
                17,
                "features.17.conv.3.bias",
                {0, 1280}}),
    [](const auto& info) { return std::string(info.param.architecture); });

struct Change {
  std::string name;
  std::function<ModelFiles()> files;
  std::string reason;
  std::string message;
};

void PrintTo(const Change& change, std::ostream* out) { *out << change.name; }

ModelFiles Changed(ModelFiles files,
                   const std::function<void(ModelFiles&)>& change) {
  change(files);
  return files;
}

Change Configured(const std::string& name, const std::string& directory,
                  const std::string& key, const nlohmann::json& value,
                  const std::string& message,
                  const std::string& reason = "UNSUPPORTED_MODEL") {
  return {name,
          [=] {
            return Changed(ModelFiles::Read(Golden(directory)),
                           [&](ModelFiles& f) { f.config[key] = value; });
          },
          reason, message};
}

class BadImageModelTest : public ::testing::TestWithParam<Change> {};

TEST_P(BadImageModelTest, IsRefusedWithReasonAndName) {
  ScratchDirectory directory;
  GetParam().files().WriteTo(directory);
  const absl::Status status = DescribeModel(directory.path()).status();
  EXPECT_EQ(ReasonOf(status), GetParam().reason) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Models, BadImageModelTest,
    ::testing::Values(
        Configured("HugeDepth", "resnet_basic_tiny", "depths",
                   {1'000'000, 1'000'000}, "depths"),
        Configured("OtherStride", "resnet_basic_tiny",
                   "downsample_in_first_stage", false, "shortcut",
                   "WEIGHT_NAME_MISMATCH"),
        Configured("OtherBlocks", "resnet_basic_tiny", "layer_type",
                   "bottleneck", "stages.0.layers.0", "WEIGHT_SHAPE_MISMATCH"),
        Configured("MoreLayersThanWeights", "vit_tiny", "num_hidden_layers", 3,
                   "encoder.layer.2", "WEIGHT_NAME_MISMATCH"),
        Configured("OtherPatches", "vit_tiny", "patch_size", 4,
                   "patch_embeddings", "WEIGHT_SHAPE_MISMATCH"),
        Configured("NoBias", "vit_tiny", "qkv_bias", false, "bias",
                   "WEIGHT_NAME_MISMATCH"),
        Configured("UnknownActivation", "vit_tiny", "hidden_act", "prelu",
                   "prelu"),
        Change{"NoRunningStatistics",
               [] {
                 return Changed(ModelFiles::Read(Golden("resnet_basic_tiny")),
                                [](ModelFiles& f) {
                                  f.Remove(
                                      "resnet.embedder.embedder.normalization."
                                      "running_var");
                                });
               },
               "WEIGHT_NAME_MISMATCH", "running_var"},
        Change{"UnknownArchitecture",
               [] {
                 return Changed(Torchvision("squeezenet1_1"),
                                [](ModelFiles& f) {
                                  f.config["architecture"] = "squeezenet1_2";
                                });
               },
               "UNSUPPORTED_MODEL", "squeezenet1_1"},
        Change{"OtherNumberOfLabels",
               [] {
                 return Changed(Torchvision("resnet18"), [](ModelFiles& f) {
                   f.config["label_names"] = {"one", "two"};
                 });
               },
               "UNSUPPORTED_MODEL", "1000 outputs"},
        Change{"PaddingThatNoResNetHas",
               [] {
                 return Changed(Torchvision("resnet18"), [](ModelFiles& f) {
                   f.config["padding"] = "tensorflow_same";
                 });
               },
               "UNSUPPORTED_MODEL", "padding"},
        Change{"EpsilonWithoutNormalisation",
               [] {
                 return Changed(Torchvision("squeezenet1_1"),
                                [](ModelFiles& f) {
                                  f.config["batch_norm_epsilon"] = 1e-3;
                                });
               },
               "UNSUPPORTED_MODEL", "batch_norm_epsilon"},
        Change{"EpsilonThatCannotBeFolded",
               [] {
                 return Changed(Torchvision("resnet18"), [](ModelFiles& f) {
                   f.config["batch_norm_epsilon"] = 1e-9;
                 });
               },
               "UNSUPPORTED_MODEL", "running_var"},
        Change{"BorderedPictures",
               [] {
                 return Changed(Torchvision("resnet18"), [](ModelFiles& f) {
                   f.config["pretrained_cfg"]["crop_mode"] = "border";
                 });
               },
               "UNSUPPORTED_MODEL", "crop_mode"},
        Change{"NegativeEpsilon",
               [] {
                 ModelFiles files;
                 files.config = {{"architecture", "resnet18"},
                                 {"batch_norm_epsilon", -1}};
                 files.tensors.push_back({"x", TensorType::kU8, {1}, "x"});
                 return files;
               },
               "UNSUPPORTED_MODEL", "batch_norm_epsilon"}),
    [](const auto& info) { return info.param.name; });

TEST(VitFamilyTest, PicturesOfAnotherSizeAreRefused) {
  ScratchDirectory directory;
  ModelFiles::Read(Golden("vit_tiny")).WriteTo(directory);
  directory.Write("preprocessor_config.json", R"({"size": 48})");
  const absl::Status status = DescribeModel(directory.path()).status();
  EXPECT_EQ(ReasonOf(status), "UNSUPPORTED_MODEL") << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("image_size"));
}

TEST(VitFamilyTest, ItIsMadeForPicturesOfAnotherSize) {
  ScratchDirectory directory;
  ModelFiles::Read(Golden("vit_tiny")).WriteTo(directory);
  auto d = DescribeModel(directory.path(), 64);
  ASSERT_TRUE(d.ok()) << d.status();
  EXPECT_EQ(d->image_input->size, 64);
  EXPECT_EQ(d->image_input->resize_size, 64);
  EXPECT_TRUE(d->image_input->squash);
  const int64_t positions = Find(*DescribeModel(directory.path()),
                                 "vit.embeddings.position_embeddings")
                                .shape[1];
  EXPECT_EQ(Find(*d, "vit.embeddings.position_embeddings").shape[1],
            4 * (positions - 1) + 1);
  const absl::Status status = DescribeModel(directory.path(), 65).status();
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELD") << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("patches"));
}

TEST(ResNetFamilyTest, ScalingGrowsWithTheSize) {
  auto d = DescribeModel(Golden("resnet_bottleneck_tiny"), 64);
  ASSERT_TRUE(d.ok()) << d.status();
  EXPECT_EQ(d->image_input->size, 64);
  EXPECT_EQ(d->image_input->resize_size, 80);
}

TEST(HuggingFaceFamilyTest, AMissingPreprocessorIsSaid) {
  for (const char* network : {"vit_tiny", "resnet_basic_tiny"}) {
    ScratchDirectory directory;
    ModelFiles::Read(Golden(network)).WriteTo(directory);
    auto d = DescribeModel(directory.path());
    ASSERT_TRUE(d.ok()) << d.status();
    ASSERT_EQ(d->notes.size(), 1u);
    EXPECT_EQ(d->notes[0].kind, ModelNote::Kind::kFilesDisagree);
    EXPECT_THAT(d->notes[0].message, HasSubstr("preprocessor_config.json"));
    EXPECT_THAT(DescribeModel(Golden(network))->notes, IsEmpty());
  }
}

struct BadProcessor {
  const char* text;
  const char* key;
};

// What cannot be done as the processor does it.
TEST(ImageProcessorTest, WhatCannotBeSaidIsRefusedByKey) {
  const BadProcessor cases[] = {
      {R"({"do_resize": false})", "do_resize"},
      {R"({"do_pad": true})", "do_pad"},
      {R"({"resample": 1})", "resample"},
      {R"({"size": {"shortest_edge": 32}})", "do_center_crop"},
      {R"({"size": {"shortest_edge": 32, "longest_edge": 64}})",
       "longest_edge"},
      {R"({"size": {"height": 32, "width": 30}})", "size"},
      {R"({"size": {}})", "size"},
      {R"({"size": 0})", "size"},
      {R"({"size": "32"})", "size"},
      {R"({"do_center_crop": true, "crop_size": {"height": 3, "width": 4}})",
       "crop_size"},
      {R"({"image_mean": [1, 2]})", "image_mean"},
      {R"({"image_std": [0, 1, 1]})", "image_std"},
      {R"({"rescale_factor": 0})", "rescale_factor"},
      {R"({"image_processor_type": "MobileViTImageProcessor"})",
       "MobileViTImageProcessor"},
      {R"({"image_processor_type": "ConvNextImageProcessor",
           "size": {"height": 32, "width": 32}})",
       "shortest_edge"}};
  for (const BadProcessor& one : cases) {
    const absl::Status status =
        ImageInputOfProcessor(nlohmann::json::parse(one.text),
                              "ViTImageProcessor")
            .status();
    EXPECT_EQ(ReasonOf(status), "UNSUPPORTED_MODEL") << one.text;
    EXPECT_THAT(std::string(status.message()),
                ::testing::AllOf(HasSubstr("preprocessor_config.json"),
                                 HasSubstr(one.key)));
  }
}

}  // namespace
}  // namespace tunesmith::worker
