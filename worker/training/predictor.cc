#include "worker/training/predictor.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "ATen/core/grad_mode.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/batching.h"
#include "worker/kernels/transfer.h"
#include "worker/models/pretrained.h"
#include "worker/tasks/image_classifier.h"
#include "worker/tasks/text_classifier.h"
#include "worker/training/batch_maker.h"
#include "worker/training/device.h"
#include "worker/training/evaluator.h"
#include "worker/training/finite_check.h"
#include "worker/training/network.h"
#include "worker/training/numerics.h"
#include "worker/training/picture_batches.h"
#include "worker/training/torch_errors.h"

namespace tunesmith::worker {
namespace {

// Examples that go through the network at once.
constexpr int kBatchRows = 32;

// Of one row of logits, in double.
std::vector<double> Softmax(std::span<const float> logits) {
  const double highest = *std::max_element(logits.begin(), logits.end());
  std::vector<double> probabilities;
  double sum = 0;
  for (float logit : logits) {
    sum += probabilities.emplace_back(std::exp(logit - highest));
  }
  for (double& probability : probabilities) probability /= sum;
  return probabilities;
}

absl::StatusOr<Network> Load(const PretrainedModel& model,
                             const ClassifierOptions& options, int threads) {
  if (!model.description().image_input.has_value()) {
    TUNESMITH_ASSIGN_OR_RETURN(std::shared_ptr<TextClassifier> classifier,
                               LoadTextClassifier(model, options));
    auto batches = std::make_unique<TextBatches>(
        classifier->facts().pad_token_id, options.device);
    return Network{std::move(classifier), std::move(batches)};
  }
  TUNESMITH_ASSIGN_OR_RETURN(std::shared_ptr<ImageClassifier> classifier,
                             LoadImageClassifier(model, options));
  PictureReader reader({.transform = TransformOf(classifier->facts().input)},
                       /*seed=*/0);
  auto batches = std::make_unique<PictureBatches>(
      std::move(reader), static_cast<size_t>(threads), options.device);
  return Network{std::move(classifier), std::move(batches)};
}

class LoadedPredictor : public Predictor {
 public:
  LoadedPredictor(std::unique_ptr<PretrainedModel> model, Network network)
      : model_(std::move(model)), network_(std::move(network)) {
    network_.model->eval();
  }

  const ModelDescription& description() const override {
    return model_->description();
  }

  absl::StatusOr<std::vector<std::vector<double>>> Probabilities(
      std::span<const Example> examples,
      const std::function<bool()>& should_stop) override {
    return Computed([&] { return Compute(examples, should_stop); });
  }

  absl::StatusOr<EvaluationFigures> Evaluate(
      std::span<const Example> examples,
      const std::function<bool()>& should_stop) override {
    return Computed([&] { return Measure(examples, should_stop); });
  }

 private:
  // What `compute` gives. Examples are the caller's: however it ended, nothing
  // reads them ahead any more.
  template <typename Function>
  auto Computed(Function compute) -> decltype(compute()) {
    auto result = CatchTorchErrors(compute);
    absl::Status status =
        network_.batches->Expect({}, {}, {}, [] { return false; });
    if (!status.ok() && result.ok()) return status;
    return result;
  }

  absl::StatusOr<std::vector<std::vector<double>>> Compute(
      std::span<const Example> examples,
      const std::function<bool()>& should_stop) {
    at::NoGradGuard no_gradients;
    const std::vector<BatchIndices> batches =
        PlanEvaluation(LengthsOf(examples), kBatchRows);
    TUNESMITH_RETURN_IF_ERROR(
        network_.batches->Expect(examples, batches, {}, should_stop));
    const size_t classes = description().head_labels.size();
    std::vector<std::vector<double>> probabilities(examples.size());
    for (const BatchIndices& indices : batches) {
      if (should_stop()) return StoppedError();
      TUNESMITH_ASSIGN_OR_RETURN(
          ClassifierInput input,
          network_.batches->MakeInput(examples, indices, {}));
      const Readback logits_BC(network_.model->forward(input, {}));
      const float* row = logits_BC.Get().const_data_ptr<float>();
      for (int32_t index : indices) {
        probabilities[static_cast<size_t>(index)] = Softmax({row, classes});
        row += classes;
      }
    }
    return probabilities;
  }

  absl::StatusOr<EvaluationFigures> Measure(
      std::span<const Example> examples,
      const std::function<bool()>& should_stop) {
    const size_t classes = description().head_labels.size();
    TUNESMITH_ASSIGN_OR_RETURN(
        EvaluationFigures figures,
        EvaluateClassifier(
            network_, examples,
            {.class_count = static_cast<int64_t>(classes), .rows = kBatchRows},
            should_stop));
    figures.phase = EvaluationPhase::kFinal;
    figures.split = DataSplit::kTest;
    TUNESMITH_RETURN_IF_ERROR(CheckMeasured(figures, *network_.model));
    return figures;
  }

  // Before the network, whose weights it may map.
  const std::unique_ptr<PretrainedModel> model_;
  const Network network_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Predictor>> Predictor::Load(
    const std::string& directory, const std::string& device, int threads) {
  return CatchTorchErrors([&]() -> absl::StatusOr<std::unique_ptr<Predictor>> {
    TUNESMITH_ASSIGN_OR_RETURN(at::Device opened, OpenDevice(device, threads));
    TrainingOptions exact;
    exact.device = device;
    ApplyNumerics(exact, opened);
    TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<PretrainedModel> model,
                               PretrainedModel::Open(directory));
    if (model->description().head_labels.empty()) {
      return ReasonedError(absl::StatusCode::kInvalidArgument,
                           "TASK_NOT_SUPPORTED",
                           "the model has no head that names its labels: "
                           "fine-tune it first");
    }
    TUNESMITH_ASSIGN_OR_RETURN(
        Network network,
        worker::Load(*model,
                     {.labels = model->description().head_labels,
                      .device = opened,
                      .dropout = std::nullopt,
                      .seed = 0},
                     threads));
    return std::make_unique<LoadedPredictor>(std::move(model),
                                             std::move(network));
  });
}

}  // namespace tunesmith::worker
