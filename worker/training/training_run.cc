#include "worker/training/training_run.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ATen/ops/tensor.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/batching.h"
#include "worker/training/autocast.h"
#include "worker/training/device.h"
#include "worker/training/evaluator.h"
#include "worker/training/freezing.h"
#include "worker/training/input_check.h"
#include "worker/training/labelled_batch.h"
#include "worker/training/result_directory.h"

namespace tunesmith::worker {
namespace {

// When pending steps are read back: often enough for a live display, rarely
// enough not to hold up a device.
constexpr size_t kStepsPerReport = 10;
constexpr absl::Duration kReportInterval = absl::Milliseconds(500);
constexpr absl::Duration kRateWindow = absl::Seconds(5);

}  // namespace

TrainingRun::TrainingRun(const TrainingInputs& inputs,
                         const TrainingOptions& options,
                         TrainingObserver& observer, Clock& clock)
    : inputs_(inputs),
      options_(options),
      observer_(observer),
      clock_(clock),
      length_(
          PlanRunLength(static_cast<int64_t>(inputs.training.size()), options)),
      selection_(options.primary_metric, options.early_stopping),
      log_(observer),
      steps_rate_(kRateWindow),
      examples_rate_(kRateWindow),
      last_report_(-absl::InfiniteDuration()) {}

absl::StatusOr<std::unique_ptr<TrainingRun>> TrainingRun::Create(
    const TrainingInputs& inputs, const TrainingOptions& options,
    TrainingObserver& observer, Clock& clock) {
  if (options.batch_size < 1) {
    return absl::InvalidArgumentError("batch_size must be at least 1");
  }
  std::unique_ptr<TrainingRun> run(
      new TrainingRun(inputs, options, observer, clock));
  run->ReportProgress(TrainingPhase::kLoading, std::nullopt);
  TUNESMITH_RETURN_IF_ERROR(run->Load());
  return run;
}

absl::Status TrainingRun::Load() {
  TUNESMITH_ASSIGN_OR_RETURN(device_,
                             OpenDevice(options_.device, options_.threads));
  TUNESMITH_ASSIGN_OR_RETURN(
      base_, PretrainedModel::Open(inputs_.base_model_directory));
  TUNESMITH_ASSIGN_OR_RETURN(
      model_, LoadTextClassifier(*base_, {.labels = inputs_.labels,
                                          .device = device_,
                                          .dropout = options_.dropout,
                                          .seed = options_.seed}));
  TUNESMITH_RETURN_IF_ERROR(CheckInputs(inputs_, options_, model_->facts()));
  TUNESMITH_RETURN_IF_ERROR(ApplyFreezing(options_.parameters, *model_));
  optimizer_ = std::make_unique<Optimizer>(*model_, options_);
  best_weights_ = std::make_unique<BestWeights>(optimizer_->parameters());
  loss_.label_smoothing = options_.label_smoothing;
  if (!options_.class_weights.empty()) {
    loss_.class_weights_C =
        at::tensor(options_.class_weights).to(device_, at::kFloat);
  }
  lengths_ = LengthsOf(inputs_.training);
  observer_.OnLog(absl::StrCat(
      "loaded ", base_->description().family, " with ",
      base_->description().parameter_count, " parameters on ", options_.device,
      "; ", length_.total_steps, " steps of ", options_.batch_size, " rows"));
  return absl::OkStatus();
}

double TrainingRun::Epoch() const {
  return static_cast<double>(step_) /
         static_cast<double>(length_.steps_per_epoch);
}

bool TrainingRun::Done() const {
  return step_ >= length_.total_steps || result_.stopped_early;
}

absl::Status TrainingRun::EvaluateBaseline() {
  if (!options_.evaluate_baseline) return absl::OkStatus();
  for (DataSplit split : {DataSplit::kValidation, DataSplit::kTest}) {
    TUNESMITH_RETURN_IF_ERROR(
        Evaluate(EvaluationPhase::kBaseline, split).status());
  }
  return absl::OkStatus();
}

absl::Status TrainingRun::TrainEpoch() {
  absl::Duration start = clock_.Monotonic();
  std::vector<BatchIndices> batches = PlanEpoch(
      lengths_, options_.batch_size, options_.order, options_.seed, epoch_);
  int64_t left = length_.total_steps - step_;
  if (left < static_cast<int64_t>(batches.size())) {
    batches.resize(static_cast<size_t>(left));
  }
  for (const BatchIndices& batch : batches) {
    if (step_ == 0) result_.first_batch_time = clock_.Now();
    TUNESMITH_RETURN_IF_ERROR(TrainStep(batch));
    TUNESMITH_RETURN_IF_ERROR(ReportSteps(/*always=*/step_ == 1));
    if (step_ == 1) result_.first_step_time = clock_.Now();
    result_.training_examples += static_cast<int64_t>(batch.size());
  }
  ++epoch_;
  TUNESMITH_RETURN_IF_ERROR(ReportSteps(/*always=*/true));
  result_.training_time += clock_.Monotonic() - start;
  return absl::OkStatus();
}

absl::Status TrainingRun::TrainStep(const BatchIndices& indices) {
  if (observer_.ShouldStop()) return StoppedError();
  absl::Duration start = clock_.Monotonic();
  learning_rate_ = options_.learning_rate *
                   LearningRateFactor(options_.schedule, step_, length_);
  LabelledBatch batch = MakeLabelledBatch(
      inputs_.training, indices, model_->facts().pad_token_id, device_);
  at::Tensor loss;
  {
    AutocastGuard autocast(device_, options_.precision);
    at::Tensor logits_BC = model_->forward(
        batch.tokens, {.training = true, .seed = options_.seed, .step = step_});
    loss = loss_(logits_BC, batch.labels_B);
  }
  loss.backward();
  at::Tensor norm = optimizer_->Step(loss.detach(), learning_rate_);
  ++step_;

  StepLog::Step step{.step = step_,
                     .epoch = Epoch(),
                     .learning_rate = learning_rate_,
                     .loss = loss.detach(),
                     .gradient_norm = norm,
                     .rows = {}};
  for (int32_t index : indices) {
    step.rows.push_back(inputs_.training[static_cast<size_t>(index)].row);
  }
  log_.Add(std::move(step));
  absl::Duration spent = clock_.Monotonic() - start;
  steps_rate_.Add(1, spent);
  examples_rate_.Add(static_cast<int64_t>(indices.size()), spent);
  return absl::OkStatus();
}

absl::Status TrainingRun::ReportSteps(bool always) {
  if (!always && log_.size() < kStepsPerReport &&
      clock_.Monotonic() - last_report_ < kReportInterval) {
    return absl::OkStatus();
  }
  std::optional<double> loss;
  TUNESMITH_ASSIGN_OR_RETURN(loss, log_.Flush());
  ReportProgress(TrainingPhase::kTraining, loss);
  return absl::OkStatus();
}

void TrainingRun::ReportProgress(TrainingPhase phase,
                                 std::optional<double> loss) {
  last_report_ = clock_.Monotonic();
  TrainingProgress progress{.phase = phase,
                            .step = step_,
                            .total_steps = length_.total_steps,
                            .epoch = Epoch(),
                            .examples = result_.training_examples,
                            .examples_per_second = examples_rate_.PerSecond(),
                            .time_remaining = std::nullopt,
                            .loss = loss,
                            .learning_rate = learning_rate_};
  if (steps_rate_.PerSecond() > 0) progress.time_remaining = TimeRemaining();
  observer_.OnProgress(progress);
}

absl::Duration TrainingRun::TimeRemaining() const {
  double steps = static_cast<double>(length_.total_steps - step_);
  double evaluations =
      std::ceil(steps / static_cast<double>(length_.steps_per_epoch));
  return absl::Seconds(steps / steps_rate_.PerSecond()) +
         last_evaluation_ * evaluations;
}

absl::StatusOr<EvaluationFigures> TrainingRun::Evaluate(EvaluationPhase phase,
                                                        DataSplit split) {
  const std::vector<Example>& examples =
      split == DataSplit::kTest ? inputs_.test : inputs_.validation;
  if (examples.empty()) return EvaluationFigures();
  ReportProgress(TrainingPhase::kEvaluating, std::nullopt);
  absl::Duration start = clock_.Monotonic();
  TUNESMITH_ASSIGN_OR_RETURN(
      EvaluationFigures figures,
      EvaluateClassifier(*model_, examples,
                         static_cast<int64_t>(inputs_.labels.size()), device_,
                         [this] { return observer_.ShouldStop(); }));
  last_evaluation_ = clock_.Monotonic() - start;
  result_.evaluation_time += last_evaluation_;
  figures.phase = phase;
  figures.split = split;
  figures.step = best_.has_value() && phase == EvaluationPhase::kFinal
                     ? best_->step
                     : step_;
  figures.epoch = static_cast<double>(figures.step) /
                  static_cast<double>(length_.steps_per_epoch);
  Publish(figures);
  return figures;
}

void TrainingRun::Publish(const EvaluationFigures& figures) {
  // The final figures of validation data repeat an epoch's, which has reported
  // its metrics already.
  if (figures.phase != EvaluationPhase::kFinal ||
      figures.split != DataSplit::kValidation) {
    auto report = [&](std::string_view name, double value) {
      observer_.OnMetric(figures.split, name, figures.step, figures.epoch,
                         value);
    };
    report("loss", figures.loss);
    report("accuracy", figures.accuracy);
    report("macro_f1", figures.macro_f1);
    report("weighted_f1", figures.weighted_f1);
  }
  observer_.OnEvaluation(figures);
  result_.evaluations.push_back(figures);
}

absl::Status TrainingRun::EvaluateEpoch() {
  if (inputs_.validation.empty()) return absl::OkStatus();
  TUNESMITH_ASSIGN_OR_RETURN(
      EvaluationFigures figures,
      Evaluate(EvaluationPhase::kEpoch, DataSplit::kValidation));
  bool best = selection_.Offer(figures);
  if (best || !options_.keep_best) best_ = figures;
  // The last weights need no copy to come back from.
  result_.stopped_early =
      step_ < length_.total_steps && selection_.ShouldStop();
  if (best && options_.keep_best && !Done()) best_weights_->Keep();
  return absl::OkStatus();
}

absl::Status TrainingRun::EvaluateFinal() {
  if (best_.has_value() && best_->step != step_) best_weights_->Restore();
  result_.best_step = best_.has_value() ? best_->step : step_;
  if (best_.has_value()) {
    // The same weights on the same rows give the same figures.
    EvaluationFigures figures = *best_;
    figures.phase = EvaluationPhase::kFinal;
    Publish(figures);
  }
  return Evaluate(EvaluationPhase::kFinal, DataSplit::kTest).status();
}

absl::Status TrainingRun::Save(const std::string& directory) {
  if (observer_.ShouldStop()) return StoppedError();
  ReportProgress(TrainingPhase::kSaving, std::nullopt);
  return WriteResultDirectory(*base_, inputs_.base_model_directory,
                              inputs_.labels, *model_, directory);
}

TrainingResult TrainingRun::TakeResult() {
  result_.steps = step_;
  result_.epochs = Epoch();
  return std::move(result_);
}

}  // namespace tunesmith::worker
