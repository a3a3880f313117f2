// Networks of pictures against torchvision and transformers: see
// make_image_golden.py.

#include <map>
#include <string>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/from_blob.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "worker/formats/safetensors_file.h"
#include "worker/models/mobilenet_v2/model.h"
#include "worker/models/pretrained.h"
#include "worker/models/resnet/model.h"
#include "worker/models/squeezenet/model.h"

namespace tunesmith::worker {
namespace {

constexpr double kTolerance = 1e-5;

using Tensors = std::map<std::string, at::Tensor>;

Tensors Read(const std::string& name) {
  auto file =
      SafetensorsFile::Open(absl::StrCat(TUNESMITH_GOLDEN_DIR, "/", name));
  EXPECT_TRUE(file.ok()) << file.status();
  Tensors tensors;
  for (const SafetensorsEntry& entry : (*file)->entries()) {
    auto type = entry.type == TensorType::kI64 ? at::kLong : at::kFloat;
    tensors[entry.name] =
        at::from_blob(const_cast<std::byte*>((*file)->Bytes(entry).data()),
                      entry.shape, type)
            .clone();
  }
  return tensors;
}

// max|a - b| / max|b|.
double Difference(const at::Tensor& a, const at::Tensor& b) {
  double largest = b.abs().max().item<double>();
  double difference = (a - b).abs().max().item<double>();
  return largest > 0 ? difference / largest : difference;
}

// Copies the weights in; every parameter and buffer must be among them.
void Load(const Tensors& weights, ImageEncoder& model) {
  c10::NoGradGuard no_gradients;
  for (auto& item : model.named_parameters()) {
    ASSERT_TRUE(weights.contains(item.key())) << item.key();
    ASSERT_EQ(item.value().sizes(), weights.at(item.key()).sizes())
        << item.key();
    item.value().copy_(weights.at(item.key()));
  }
  for (auto& item : model.named_buffers()) {
    ASSERT_TRUE(weights.contains(item.key())) << item.key();
    item.value().copy_(weights.at(item.key()));
  }
}

std::shared_ptr<ImageEncoder> TinyMobileNetV2() {
  return std::make_shared<MobileNetV2Model>(
      MobileNetV2Config{.width_multiplier = 0.1,
                        .stages = {{1, 16, 1, 1}, {6, 24, 2, 2}}},
      TorchvisionMobileNetV2Names, ImageInputFacts(),
      at::TensorOptions(at::kFloat));
}

std::shared_ptr<ImageEncoder> TinyResNet(const ResNetConfig& config,
                                         const ResNetNames& names) {
  return std::make_shared<ResNetModel>(config, names, ImageInputFacts(),
                                       at::TensorOptions(at::kFloat));
}

std::shared_ptr<ImageEncoder> TinyTorchvisionBasicResNet() {
  return TinyResNet(
      {.stem_width = 8, .stages = {{8, 1}, {16, 2}}, .bottleneck = false},
      kTorchvisionResNetNames);
}

std::shared_ptr<ImageEncoder> TinyTorchvisionBottleneckResNet() {
  return TinyResNet({.stem_width = 8, .stages = {{16, 1}, {32, 2}}},
                    kTorchvisionResNetNames);
}

std::shared_ptr<ImageEncoder> TinySqueezeNet() {
  return std::make_shared<SqueezeNetModel>(
      SqueezeNetConfig{.stem_width = 8, .groups = {{{4, 6}, {4, 6}}, {{6, 8}}}},
      ImageInputFacts(), at::TensorOptions(at::kFloat));
}

// What a directory that transformers wrote holds.
std::shared_ptr<ImageEncoder> Open(const std::string& directory) {
  auto model =
      PretrainedModel::Open(absl::StrCat(TUNESMITH_GOLDEN_DIR, "/", directory));
  EXPECT_TRUE(model.ok()) << model.status();
  return std::dynamic_pointer_cast<ImageEncoder>(
      *(*model)->LoadEncoder(at::kCPU, /*dropout=*/{}, /*seed=*/1));
}

struct Family {
  const char* directory;
  // Of what the head adds.
  const char* head;
  // Unset: the directory is opened.
  std::shared_ptr<ImageEncoder> (*make)() = nullptr;
  // In front of the names in the directory.
  const char* prefix = "";
};

void PrintTo(const Family& family, std::ostream* out) {
  *out << family.directory;
}

class ImageGoldenTest : public ::testing::TestWithParam<Family> {
 protected:
  ImageGoldenTest()
      : weights_(
            Read(std::string(GetParam().directory) + "/model.safetensors")),
        expected_(
            Read(std::string(GetParam().directory) + "/expected.safetensors")) {
    if (GetParam().make != nullptr) Load(weights_, *model_);
  }

  static std::string FileName(const std::string& name) {
    return GetParam().prefix + name;
  }

  void Freeze() {
    for (at::Tensor& parameter : model_->parameters()) {
      parameter.requires_grad_(false);
    }
  }
  void ExpectBuffersUntouched() {
    for (const auto& item : model_->named_buffers()) {
      EXPECT_TRUE(item.value().equal(weights_.at(FileName(item.key()))))
          << item.key();
    }
  }

  const Tensors weights_;
  const Tensors expected_;
  const std::shared_ptr<ImageEncoder> model_ = GetParam().make != nullptr
                                                   ? GetParam().make()
                                                   : Open(GetParam().directory);
};

TEST_P(ImageGoldenTest, EveryTensorOfTheBodyIsInTheNetwork) {
  size_t body = 0;
  for (const auto& [name, tensor] : weights_) {
    body += !name.starts_with(GetParam().head);
  }
  EXPECT_EQ(model_->named_parameters().size() + model_->named_buffers().size(),
            body);
}

TEST_P(ImageGoldenTest, EvaluatesAsTheReference) {
  at::Tensor features = model_->forward(expected_.at("pictures"), {});
  EXPECT_EQ(features.size(1), model_->facts().width);
  EXPECT_LE(Difference(features, expected_.at("evaluation")), kTolerance);
  ExpectBuffersUntouched();
}

TEST_P(ImageGoldenTest, TrainsAsTheReference) {
  at::Tensor features =
      model_->forward(expected_.at("pictures"), {.training = true});
  EXPECT_LE(Difference(features, expected_.at("training")), kTolerance);
  features.square().mean().backward();
  for (const auto& item : model_->named_parameters()) {
    ASSERT_TRUE(item.value().grad().defined()) << item.key();
    const at::Tensor& gradient =
        expected_.at("gradient." + FileName(item.key()));
    // In exact arithmetic a shift in front of a normalisation or a softmax has
    // no gradient; what is left is rounding.
    if (gradient.abs().max().item<double>() < 1e-6) {
      EXPECT_LT(item.value().grad().abs().max().item<double>(), 1e-5)
          << item.key();
      continue;
    }
    EXPECT_LE(Difference(item.value().grad(), gradient), kTolerance)
        << item.key();
  }
  for (const auto& item : model_->named_buffers()) {
    EXPECT_LE(
        Difference(
            item.value().to(at::kDouble),
            expected_.at("after." + FileName(item.key())).to(at::kDouble)),
        kTolerance)
        << item.key();
  }
}

TEST_P(ImageGoldenTest, AFrozenNetworkEvaluatesWhateverThePassIs) {
  Freeze();
  at::Tensor features =
      model_->forward(expected_.at("pictures"), {.training = true});
  EXPECT_LE(Difference(features, expected_.at("evaluation")), kTolerance);
  EXPECT_FALSE(features.requires_grad());
  ExpectBuffersUntouched();
}

INSTANTIATE_TEST_SUITE_P(
    Families, ImageGoldenTest,
    ::testing::Values(
        Family{"mobilenet_v2_tiny", "classifier.", &TinyMobileNetV2},
        Family{"resnet_torchvision_basic_tiny", "fc.",
               &TinyTorchvisionBasicResNet},
        Family{"resnet_torchvision_bottleneck_tiny", "fc.",
               &TinyTorchvisionBottleneckResNet},
        Family{"resnet_basic_tiny", "classifier.", nullptr, "resnet."},
        Family{"resnet_bottleneck_tiny", "classifier.", nullptr, "resnet."},
        Family{"squeezenet_tiny", "classifier.", &TinySqueezeNet},
        Family{"vit_tiny", "classifier.", nullptr, "vit."}),
    [](const auto& info) { return std::string(info.param.directory); });

}  // namespace
}  // namespace tunesmith::worker
