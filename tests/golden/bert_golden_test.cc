// BERT against transformers: see make_bert_golden.py.

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/from_blob.h"
#include "ATen/ops/tensor.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/golden/run_reference.h"
#include "tests/worker/scratch_directory.h"
#include "tests/worker/training/fake_run.h"
#include "worker/formats/weight_files.h"
#include "worker/tasks/classification_loss.h"
#include "worker/tasks/text_classifier.h"
#include "worker/training/optimizer.h"

namespace tunesmith::worker {
namespace {

constexpr double kTolerance = 1e-5;

std::string Golden(const std::string& name) {
  return std::string(TUNESMITH_GOLDEN_DIR) + "/" + name;
}

// max|a - b| / max|b|.
double Difference(const at::Tensor& a, const at::Tensor& b) {
  double largest = b.abs().max().item<double>();
  double difference = (a - b).abs().max().item<double>();
  return largest > 0 ? difference / largest : difference;
}

std::map<std::string, at::Tensor> Expected(const std::string& path) {
  auto file = SafetensorsFile::Open(path);
  EXPECT_TRUE(file.ok()) << file.status();
  std::map<std::string, at::Tensor> tensors;
  for (const SafetensorsEntry& entry : (*file)->entries()) {
    auto type = entry.type == TensorType::kI64 ? at::kLong : at::kFloat;
    tensors[entry.name] =
        at::from_blob(const_cast<std::byte*>((*file)->Bytes(entry).data()),
                      entry.shape, type)
            .clone();
  }
  return tensors;
}

std::vector<std::vector<int32_t>> Rows(const at::Tensor& ids,
                                       const at::Tensor& lengths) {
  std::vector<std::vector<int32_t>> rows;
  for (int64_t i = 0; i < ids.size(0); ++i) {
    for (int64_t j = 0; j < lengths[i].item<int64_t>(); ++j) {
      if (j == 0) rows.emplace_back();
      rows.back().push_back(static_cast<int32_t>(ids[i][j].item<int64_t>()));
    }
  }
  return rows;
}

TokenBatch BatchOf(const std::vector<std::vector<int32_t>>& rows) {
  std::vector<std::span<const int32_t>> spans(rows.begin(), rows.end());
  return MakeTokenBatch(spans, 0, Upload(at::kCPU));
}

std::shared_ptr<TextClassifier> LoadClassifier(
    const std::string& directory, const std::vector<std::string>& labels) {
  auto pretrained = PretrainedModel::Open(directory);
  EXPECT_TRUE(pretrained.ok()) << pretrained.status();
  return *LoadTextClassifier(**pretrained, {.labels = labels, .dropout = 0.0});
}

// Forward and backward; returns the loss.
at::Tensor CheckStep(TextClassifier& model,
                     std::map<std::string, at::Tensor>& expected,
                     const ClassificationLoss& loss) {
  for (at::Tensor& parameter : model.parameters()) {
    parameter.requires_grad_(true);
  }
  at::Tensor logits = model.forward(
      {.tokens = BatchOf(Rows(expected["token_ids"], expected["lengths"]))},
      {.training = true});
  EXPECT_LT(Difference(logits, expected["logits"]), kTolerance);
  at::Tensor value = loss(logits, expected["labels"]);
  EXPECT_LT(Difference(value, expected["loss"]), kTolerance);
  value.backward();
  size_t gradients = 0;
  for (const auto& item : model.named_parameters()) {
    const at::Tensor& b = expected["gradient." + item.key()];
    EXPECT_TRUE(b.defined()) << item.key();
    if (!b.defined()) continue;
    ++gradients;
    // In exact arithmetic the keys' bias has no gradient: softmax does not see
    // it. What is left is rounding.
    if (b.abs().max().item<double>() < 1e-7) {
      EXPECT_LT(item.value().grad().abs().max().item<double>(), 1e-6);
      continue;
    }
    EXPECT_LT(Difference(item.value().grad(), b), kTolerance) << item.key();
  }
  EXPECT_EQ(gradients, 41u);
  return value.detach();
}

TEST(BertGoldenTest, StepEqualsTransformers) {
  auto expected = Expected(Golden("bert_tiny/expected.safetensors"));
  auto model = LoadClassifier(Golden("bert_tiny"), {"no", "perhaps", "yes"});
  at::Tensor loss = CheckStep(*model, expected, {});

  TrainingOptions options;
  options.weight_decay = 0.1;
  for (const auto& item : model->named_parameters()) {
    options.parameters.push_back({.name = item.key()});
  }
  Optimizer optimizer(*model, options);
  Optimizer::Step step = optimizer.Prepare(loss);
  optimizer.Apply(step, 1e-2);
  EXPECT_LT(Difference(step.norm, expected["gradient_norm"]), kTolerance);
  for (const auto& item : model->named_parameters()) {
    // Adam divides by the gradient's own size, which blows rounding up where
    // the gradient is nothing but rounding.
    if (item.key().find("key.bias") != std::string::npos) continue;
    EXPECT_LT(Difference(item.value(), expected["updated." + item.key()]), 1e-4)
        << item.key();
    EXPECT_FALSE(item.value().grad().defined());
  }
}

TEST(BertGoldenTest, OldSpellingSmoothingAndWeightsEqualTransformers) {
  auto expected = Expected(Golden("bert_tiny_renamed/expected.safetensors"));
  auto model =
      LoadClassifier(Golden("bert_tiny_renamed"), {"no", "perhaps", "yes"});
  CheckStep(*model, expected,
            {.label_smoothing = 0.1,
             .class_weights_C = at::tensor({0.5f, 1.0f, 2.0f})});
}

TEST(BertGoldenTest, MiniLmEqualsTransformers) {
  std::string directory = TUNESMITH_MINILM_DIR;
  if (!std::filesystem::exists(directory + "/model.safetensors")) {
    GTEST_SKIP() << "the default model is not at " << directory;
  }
  auto golden = nlohmann::json::parse(ReadBytes(Golden("bert_minilm.json")));
  auto model = LoadClassifier(directory, {"x", "y", "z"});
  auto parameters = model->named_parameters();
  {
    at::NoGradGuard no_gradients;
    at::Tensor row = at::arange(3).view({3, 1}) * 7;
    at::Tensor column = at::arange(384).view({1, 384}) * 3;
    parameters["classifier.weight"].copy_(
        ((row + column).remainder(11) - 5).to(at::kFloat) * 0.01);
    parameters["classifier.bias"].zero_();
  }
  for (at::Tensor& p : model->parameters()) p.requires_grad_(true);
  std::vector<std::vector<int32_t>> rows = golden["token_ids"];
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i].resize(golden["lengths"][i].get<size_t>());
  }
  at::Tensor logits =
      model->forward({.tokens = BatchOf(rows)}, {.training = true});
  for (int64_t i = 0; i < 4; ++i) {
    for (int64_t j = 0; j < 3; ++j) {
      EXPECT_NEAR(logits[i][j].item<double>(),
                  golden["logits"][i][j].get<double>(), 2e-6);
    }
  }
  std::vector<int64_t> labels = golden["labels"];
  at::Tensor loss = ClassificationLoss{}(logits, at::tensor(labels));
  EXPECT_NEAR(loss.item<double>(), golden["loss"].get<double>(), 1e-5);
  loss.backward();
  for (const auto& item : parameters) {
    const auto& expected = golden["gradients"].at(item.key());
    at::Tensor flat = item.value().grad().flatten();
    double largest = expected["largest"];
    if (largest < 1e-8) continue;
    EXPECT_NEAR(flat.norm().item<double>() / expected["norm"].get<double>(), 1,
                kTolerance)
        << item.key();
    EXPECT_NEAR(flat[expected["index"].get<int64_t>()].item<double>(),
                expected["value"].get<double>(), kTolerance * largest)
        << item.key();
  }
}

TEST(BertGoldenTest, TransformersLoadsTheResultAsItIs) {
  ScratchDirectory output;
  ScratchDirectory scratch;
  RecordingObserver observer;
  TickingClock clock;
  auto result = Train(TinyInputs(), TinyOptions(),
                      {.output_directory = output.path()}, observer, clock);
  ASSERT_TRUE(result.ok()) << result.status();
  auto model = LoadClassifier(output.path(), TinyInputs().labels);
  nlohmann::json request = {{"labels", TinyInputs().labels}};
  for (const Example& example : TinyInputs().test) {
    at::NoGradGuard no_gradients;
    at::Tensor logits =
        model->forward({.tokens = BatchOf({example.token_ids})}, {});
    const float* values = logits.const_data_ptr<float>();
    request["token_ids"].push_back(example.token_ids);
    request["logits"].push_back(std::vector<float>(values, values + 3));
  }
  const int status = RunReference(
      "check_with_transformers.py",
      output.path() + " " + scratch.Write("request.json", request.dump()));
  if (status == kNoReference) {
    GTEST_SKIP() << "no Python with transformers (TUNESMITH_REFERENCE_PYTHON)";
  }
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace tunesmith::worker
