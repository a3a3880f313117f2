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
#include "worker/models/resnet/model.h"
#include "worker/models/squeezenet/model.h"
#include "worker/models/vit/model.h"

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
      ImageInputFacts(), at::TensorOptions(at::kFloat));
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

// Of transformers, with what torchvision does not have.
std::shared_ptr<ImageEncoder> TinyBasicResNet() {
  return TinyResNet({.stem_width = 8,
                     .stages = {{8, 2}, {12, 1}},
                     .bottleneck = false,
                     .stride_in_first_stage = true,
                     .activation = Activation::kSilu},
                    kHuggingFaceResNetNames);
}

std::shared_ptr<ImageEncoder> TinyBottleneckResNet() {
  return TinyResNet({.stem_width = 8,
                     .stages = {{16, 2}, {24, 1}},
                     .stride_in_first_convolution = true},
                    kHuggingFaceResNetNames);
}

std::shared_ptr<ImageEncoder> TinySqueezeNet() {
  return std::make_shared<SqueezeNetModel>(
      SqueezeNetConfig{.stem_width = 8, .groups = {{{4, 6}, {4, 6}}, {{6, 8}}}},
      ImageInputFacts(), at::TensorOptions(at::kFloat));
}

std::shared_ptr<ImageEncoder> TinyVit() {
  return std::make_shared<VitModel>(VitConfig{.image_size = 32,
                                              .patch_size = 8,
                                              .width = 24,
                                              .layer_count = 2,
                                              .head_count = 3,
                                              .inner_width = 40},
                                    ImageInputFacts(),
                                    at::TensorOptions(at::kFloat));
}

struct Family {
  const char* directory;
  // Of what the head adds.
  const char* head;
  std::shared_ptr<ImageEncoder> (*make)();
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
    Load(weights_, *model_);
  }

  void Freeze() {
    for (at::Tensor& parameter : model_->parameters()) {
      parameter.requires_grad_(false);
    }
  }
  void ExpectBuffersUntouched() {
    for (const auto& item : model_->named_buffers()) {
      EXPECT_TRUE(item.value().equal(weights_.at(item.key()))) << item.key();
    }
  }

  const Tensors weights_;
  const Tensors expected_;
  const std::shared_ptr<ImageEncoder> model_ = GetParam().make();
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
    const at::Tensor& gradient = expected_.at("gradient." + item.key());
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
    EXPECT_LE(Difference(item.value().to(at::kDouble),
                         expected_.at("after." + item.key()).to(at::kDouble)),
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
        Family{"resnet_basic_tiny", "classifier.", &TinyBasicResNet},
        Family{"resnet_bottleneck_tiny", "classifier.", &TinyBottleneckResNet},
        Family{"squeezenet_tiny", "classifier.", &TinySqueezeNet},
        Family{"vit_tiny", "classifier.", &TinyVit}),
    [](const auto& info) { return std::string(info.param.directory); });

}  // namespace
}  // namespace tunesmith::worker
