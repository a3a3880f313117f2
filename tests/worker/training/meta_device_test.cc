// Training and evaluation on the meta device, whose tensors have extents and no
// values: whatever reads one on the host, or makes one on another device,
// throws there, and would wait or throw on a GPU. Networks have their real
// sizes.

#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "worker/models/family_list.h"
#include "worker/tasks/image_classifier.h"
#include "worker/tasks/text_classifier.h"
#include "worker/training/batch_gradients.h"
#include "worker/training/best_weights.h"
#include "worker/training/evaluator.h"
#include "worker/training/freezing.h"
#include "worker/training/network.h"
#include "worker/training/optimizer.h"
#include "worker/training/running_statistics.h"
#include "worker/training/torch_errors.h"

namespace tunesmith::worker {
namespace {

constexpr int64_t kClasses = 3;

// Pictures that have a size alone.
class ExtentBatches : public BatchMaker {
 public:
  explicit ExtentBatches(int64_t size) : BatchMaker(at::kMeta), size_(size) {}

  absl::StatusOr<ClassifierInput> MakeInput(std::span<const Example>,
                                            const BatchIndices& indices,
                                            const BatchUse&) override {
    const int64_t rows = static_cast<int64_t>(indices.size());
    ClassifierInput input;
    input.images_BCHW =
        at::empty({rows, 3, size_, size_}, at::TensorOptions(at::kMeta));
    return input;
  }

 private:
  const int64_t size_;
};

struct Case {
  std::string name;
  // config.json
  std::string config;
};
void PrintTo(const Case& network, std::ostream* out) { *out << network.name; }

template <typename Kind, typename KindOfEncoder>
std::shared_ptr<Kind> MakeClassifier(const ModelFamily& family,
                                     std::shared_ptr<Encoder> made) {
  auto encoder = std::dynamic_pointer_cast<KindOfEncoder>(std::move(made));
  Head head(encoder->facts(), kClasses, at::TensorOptions(at::kMeta));
  return std::make_shared<Kind>(std::move(encoder), std::move(head),
                                family.naming());
}

Network MakeNetwork(const std::string& config_text) {
  const nlohmann::json config = nlohmann::json::parse(config_text);
  auto found = FindModelFamily(config);
  EXPECT_TRUE(found.ok()) << found.status();
  const ModelFamily& family = **found;
  auto encoder = family.MakeEncoder({.network = config},
                                    {.tensors = at::TensorOptions(at::kMeta)});
  EXPECT_TRUE(encoder.ok()) << encoder.status();
  if (std::dynamic_pointer_cast<TextEncoder>(*encoder) != nullptr) {
    return {MakeClassifier<TextClassifier, TextEncoder>(family, *encoder),
            std::make_unique<TextBatches>(0, at::kMeta)};
  }
  auto model = MakeClassifier<ImageClassifier, ImageEncoder>(family, *encoder);
  const int size = model->facts().input.size;
  return {std::move(model), std::make_unique<ExtentBatches>(size)};
}

std::vector<Example> SomeExamples() {
  std::vector<Example> examples;
  for (int i = 0; i < 4; ++i) {
    Example& example = examples.emplace_back();
    example.row = i + 1;
    example.label = i % kClasses;
    example.token_ids.assign(static_cast<size_t>(5 + i), 7);
  }
  return examples;
}

// Of all parameters; those of the body train from an epoch on, -1: never.
std::vector<ParameterPlan> PlanFor(const Network& network, int64_t epoch) {
  std::vector<ParameterPlan> plans;
  for (const auto& item : network.model->named_parameters()) {
    plans.push_back({.name = item.key(),
                     .frozen = epoch < 0,
                     .trains_from_epoch = std::max<int64_t>(epoch, 0)});
  }
  for (size_t i = plans.size() - 2; i < plans.size(); ++i) {
    plans[i].frozen = false;
    plans[i].trains_from_epoch = 0;
  }
  return plans;
}

class MetaDeviceTest : public testing::TestWithParam<Case> {
 protected:
  MetaDeviceTest() {
    options_.class_weights = {1, 2, 0.5};
    options_.label_smoothing = 0.1;
    options_.batch_size = 4;
  }

  // Steps of epochs 0 and 1, with all that a run does between two of them.
  absl::Status TakeSteps() {
    return CatchTorchErrors([&]() -> absl::Status {
      RunningStatistics statistics(*network_.model);
      absl::Status frozen =
          ApplyFreezing(options_.parameters, 0, *network_.model);
      if (!frozen.ok()) return frozen;
      Optimizer optimizer(*network_.model, options_);
      BestWeights best(optimizer.parameters());
      BatchGradients gradients(network_, examples_, options_);
      for (int64_t epoch : {0, 1}) {
        frozen = ApplyFreezing(options_.parameters, epoch, *network_.model);
        if (!frozen.ok()) return frozen;
        optimizer.Update();
        statistics.Keep();
        // Whole, then cut up for memory.
        const size_t rows_at_once = epoch == 0 ? 4 : 3;
        absl::StatusOr<at::Tensor> loss =
            gradients.Add({0, 1, 2, 3}, {.step = epoch, .epoch = epoch},
                          rows_at_once, [] { return false; });
        if (!loss.ok()) return loss.status();
        Optimizer::Step step = optimizer.Prepare(*loss);
        statistics.PutBackUnless(step.finite);
        optimizer.Apply(step, 1e-3);
        EXPECT_TRUE(loss->is_meta() && step.norm.is_meta());
        best.Keep();
      }
      best.Swap();
      statistics.PutBack();
      return absl::OkStatus();
    });
  }

  // Up to what evaluation and the cache of features bring to the host.
  absl::Status PassForward() {
    return CatchTorchErrors([&]() -> absl::Status {
      at::NoGradGuard no_gradients;
      absl::StatusOr<LabelledBatch> batch =
          network_.batches->Make(examples_, {0, 1, 2}, {});
      if (!batch.ok()) return batch.status();
      EXPECT_TRUE(network_.model->forward(batch->input, {}).is_meta());
      EXPECT_TRUE(network_.model->Features(batch->input, {}).is_meta());
      return absl::OkStatus();
    });
  }

  const std::vector<Example> examples_ = SomeExamples();
  TrainingOptions options_;
  Network network_ = MakeNetwork(GetParam().config);
};

TEST_P(MetaDeviceTest, StepsReadNothing) {
  options_.parameters = PlanFor(network_, 0);
  EXPECT_EQ(TakeSteps(), absl::OkStatus());
}

TEST_P(MetaDeviceTest, StepsOfAHeadReadNothing) {
  options_.parameters = PlanFor(network_, -1);
  EXPECT_EQ(TakeSteps(), absl::OkStatus());
}

TEST_P(MetaDeviceTest, UnfreezingReadsNothing) {
  options_.parameters = PlanFor(network_, 1);
  EXPECT_EQ(TakeSteps(), absl::OkStatus());
}

TEST_P(MetaDeviceTest, EvaluationReadsItsLogitsAlone) {
  EXPECT_EQ(PassForward(), absl::OkStatus());
  // The test can fail.
  absl::Status read = CatchTorchErrors([&] {
    return EvaluateClassifier(network_, examples_,
                              {.class_count = kClasses, .rows = 2},
                              [] { return false; })
        .status();
  });
  EXPECT_THAT(std::string(read.message()), testing::HasSubstr("meta tensor"));
}

INSTANTIATE_TEST_SUITE_P(
    Networks, MetaDeviceTest,
    testing::Values(Case{"bert", R"({"model_type": "bert"})"},
                    Case{"bert_without_dropout",
                         R"({"model_type": "bert", "hidden_dropout_prob": 0,
                 "attention_probs_dropout_prob": 0})"},
                    Case{"vit", R"({"model_type": "vit"})"},
                    Case{"resnet18", R"({"architecture": "resnet18"})"},
                    Case{"resnet50", R"({"architecture": "resnet50"})"},
                    Case{"mobilenet_v2", R"({"architecture": "mobilenet_v2"})"},
                    Case{"squeezenet1_1",
                         R"({"architecture": "squeezenet1_1"})"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace tunesmith::worker
