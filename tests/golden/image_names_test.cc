// The names of whole networks against torchvision and transformers: see
// make_image_names.py.

#include <fstream>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "worker/models/mobilenet_v2/model.h"
#include "worker/models/resnet/model.h"
#include "worker/models/squeezenet/model.h"
#include "worker/models/vit/model.h"

namespace tunesmith::worker {
namespace {

const at::TensorOptions kMeta(at::kMeta);

std::shared_ptr<ImageEncoder> MobileNetV2() {
  return std::make_shared<MobileNetV2Model>(MobileNetV2Config(),
                                            TorchvisionMobileNetV2Names,
                                            ImageInputFacts(), kMeta);
}

std::shared_ptr<ImageEncoder> MobileNetV2OfTransformers() {
  return std::make_shared<MobileNetV2Model>(
      ParseMobileNetV2Config(nlohmann::json::object()).value(),
      HuggingFaceMobileNetV2Names, ImageInputFacts(), kMeta);
}

template <int kLayers>
std::shared_ptr<ImageEncoder> ResNet() {
  return std::make_shared<ResNetModel>(
      FindResNetConfig(absl::StrCat("resnet", kLayers)).value(),
      kTorchvisionResNetNames, ImageInputFacts(), kMeta);
}

std::shared_ptr<ImageEncoder> ResNetOfTransformers() {
  return std::make_shared<ResNetModel>(
      ParseResNetConfig(nlohmann::json::object()).value(),
      kHuggingFaceResNetNames, ImageInputFacts(), kMeta);
}

template <int kVersion>
std::shared_ptr<ImageEncoder> SqueezeNet() {
  return std::make_shared<SqueezeNetModel>(
      FindSqueezeNetConfig(absl::StrCat("squeezenet1_", kVersion)).value(),
      ImageInputFacts(), kMeta);
}

std::shared_ptr<ImageEncoder> Vit() {
  return std::make_shared<VitModel>(
      ParseVitConfig(nlohmann::json::object()).value(), ImageInputFacts(),
      kMeta);
}

struct Network {
  const char* name;
  // In front of the network's names in a file.
  const char* prefix;
  const char* head;
  std::shared_ptr<ImageEncoder> (*make)();
};

void PrintTo(const Network& network, std::ostream* out) {
  *out << network.name;
}

std::set<std::string> ReferenceLines(const Network& network) {
  std::ifstream file(absl::StrCat(TUNESMITH_GOLDEN_DIR, "/image_names/",
                                  network.name, ".txt"));
  std::set<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(network.head)) lines.insert(line);
  }
  return lines;
}

class ImageNamesTest : public ::testing::TestWithParam<Network> {};

TEST_P(ImageNamesTest, ParametersAndBuffersHaveTheReferencesNamesAndShapes) {
  const auto network = GetParam().make();
  std::set<std::string> lines;
  auto add = [&](const std::string& name, const at::Tensor& tensor) {
    std::string line = absl::StrCat(GetParam().prefix, name);
    for (int64_t extent : tensor.sizes()) absl::StrAppend(&line, " ", extent);
    lines.insert(line);
  };
  for (const auto& item : network->named_parameters()) {
    add(item.key(), item.value());
  }
  for (const auto& item : network->named_buffers()) {
    add(item.key(), item.value());
  }
  const std::set<std::string> reference = ReferenceLines(GetParam());
  EXPECT_FALSE(reference.empty());
  EXPECT_THAT(lines, ::testing::ContainerEq(reference));
}

INSTANTIATE_TEST_SUITE_P(
    Networks, ImageNamesTest,
    ::testing::Values(
        Network{"mobilenet_v2", "", "classifier.", &MobileNetV2},
        Network{"mobilenet_v2_of_transformers", "mobilenet_v2.", "classifier.",
                &MobileNetV2OfTransformers},
        Network{"resnet18", "", "fc.", &ResNet<18>},
        Network{"resnet34", "", "fc.", &ResNet<34>},
        Network{"resnet50", "", "fc.", &ResNet<50>},
        Network{"resnet101", "", "fc.", &ResNet<101>},
        Network{"resnet152", "", "fc.", &ResNet<152>},
        Network{"resnet_of_transformers", "resnet.", "classifier.",
                &ResNetOfTransformers},
        Network{"squeezenet1_0", "", "classifier.", &SqueezeNet<0>},
        Network{"squeezenet1_1", "", "classifier.", &SqueezeNet<1>},
        Network{"vit", "vit.", "classifier.", &Vit}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace tunesmith::worker
