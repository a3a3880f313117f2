#include "worker/training/training_run.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "ATen/ops/item.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/batching.h"
#include "worker/training/device.h"
#include "worker/training/environment.h"
#include "worker/training/evaluator.h"
#include "worker/training/finite_check.h"
#include "worker/training/freezing.h"
#include "worker/training/numerics.h"
#include "worker/training/result_directory.h"
#include "worker/training/result_probe.h"
#include "worker/training/run_costs.h"
#include "worker/training/torch_errors.h"

namespace tunesmith::worker {

TrainingRun::TrainingRun(const TrainingInputs& inputs,
                         const TrainingOptions& options,
                         const TrainingPlaces& places,
                         TrainingObserver& observer, Clock& clock)
    : inputs_(inputs),
      options_(options),
      places_(places),
      observer_(observer),
      clock_(clock),
      length_(
          PlanRunLength(static_cast<int64_t>(inputs.training.size()), options)),
      microbatches_(options.batch_size, options.microbatches),
      selection_(options.primary_metric, options.early_stopping),
      energy_(places.energy_meter),
      reporter_(observer, clock, length_),
      checkpoints_(
          places.checkpoints, options.checkpoints,
          [this](const std::vector<NamedTensor>& trained,
                 const std::string& directory) {
            return WriteModel(trained, directory);
          },
          observer, clock) {}

absl::StatusOr<std::unique_ptr<TrainingRun>> TrainingRun::Create(
    const TrainingInputs& inputs, const TrainingOptions& options,
    const TrainingPlaces& places, TrainingObserver& observer, Clock& clock) {
  if (options.batch_size < 1) {
    return absl::InvalidArgumentError("batch_size must be at least 1");
  }
  std::unique_ptr<TrainingRun> run(
      new TrainingRun(inputs, options, places, observer, clock));
  run->reporter_.ReportPhase(TrainingPhase::kLoading, run->state_);
  TUNESMITH_RETURN_IF_ERROR(run->Load());
  if (!places.resume_directory.empty()) {
    TUNESMITH_RETURN_IF_ERROR(run->Resume());
    run->reporter_.ReportPhase(TrainingPhase::kLoading, run->state_);
  }
  run->reporter_.Foretell(PlanCosts(*run->network_.model, inputs, options),
                          run->state_);
  return run;
}

absl::Status TrainingRun::Load() {
  TUNESMITH_ASSIGN_OR_RETURN(device_,
                             OpenDevice(options_.device, options_.threads));
  ApplyNumerics(options_, device_);
  TUNESMITH_ASSIGN_OR_RETURN(
      base_,
      PretrainedModel::Open(inputs_.base_model_directory, options_.image_size));
  TUNESMITH_ASSIGN_OR_RETURN(network_,
                             LoadNetwork(*base_, inputs_, options_, device_,
                                         [this](const std::string& message) {
                                           observer_.OnLog(message);
                                         }));
  TUNESMITH_RETURN_IF_ERROR(
      ApplyFreezing(options_.parameters, state_.epoch, *network_.model));
  optimizer_ = std::make_unique<Optimizer>(*network_.model, options_);
  statistics_.emplace(*network_.model);
  best_weights_ = std::make_unique<BestWeights>(Moving());
  gradients_.emplace(network_, inputs_.training, options_);
  lengths_ = LengthsOf(inputs_.training);
  state_.environment = DescribeEnvironment(options_);
  observer_.OnLog(absl::StrCat(
      "loaded ", base_->description().family, " with ",
      base_->description().parameter_count, " parameters on ", options_.device,
      "; ", length_.total_steps, " steps of ", options_.batch_size, " rows"));
  if (PrecisionOf(EvaluationPhase::kEpoch) != Precision::kFp32) {
    observer_.OnLog(
        "evaluations on the way run as training does, the final ones in fp32");
  }
  return absl::OkStatus();
}

absl::Status TrainingRun::UpdateFreezing() {
  TUNESMITH_RETURN_IF_ERROR(
      ApplyFreezing(options_.parameters, state_.epoch, *network_.model));
  auto take_in = [this] {
    return CatchTorchErrors([this] {
      optimizer_->Update();
      return absl::OkStatus();
    });
  };
  absl::Status status = take_in();
  if (!IsOutOfMemory(status)) return status;
  // Moments of what begins to train take what steps have left.
  ReleaseCachedMemory(device_);
  return take_in();
}

std::vector<NamedTensor> TrainingRun::Weights() const {
  std::vector<NamedTensor> all = statistics_->tensors();
  for (const auto& item : network_.model->named_parameters()) {
    all.push_back({item.key(), item.value()});
  }
  return all;
}

std::vector<NamedTensor> TrainingRun::Moving() const {
  std::vector<NamedTensor> moving = optimizer_->parameters();
  moving.insert(moving.end(), statistics_->tensors().begin(),
                statistics_->tensors().end());
  return moving;
}

absl::Status TrainingRun::WriteModel(const std::vector<NamedTensor>& trained,
                                     const std::string& directory) const {
  std::vector<NamedTensor> weights = trained;
  std::set<std::string_view> names;
  for (const NamedTensor& tensor : trained) names.insert(tensor.name);
  for (const auto& item : network_.model->named_parameters()) {
    if (!names.contains(item.key())) {
      weights.push_back({item.key(), item.value()});
    }
  }
  return WriteResultDirectory(*base_, inputs_.base_model_directory,
                              inputs_.labels, options_.pictures,
                              options_.max_length, weights, directory);
}

absl::Status TrainingRun::Resume() {
  const std::string& directory = places_.resume_directory;
  TUNESMITH_ASSIGN_OR_RETURN(state_, ReadCheckpointState(directory));
  if (places_.is_fork) state_ = ForkOf(std::move(state_), length_);
  TUNESMITH_RETURN_IF_ERROR(UpdateFreezing());
  TUNESMITH_RETURN_IF_ERROR(places_.is_fork ? ReadTensorsOfFork(directory)
                                            : ReadTensors(directory));
  checkpoints_.Resumed(state_.step);
  Environment here = DescribeEnvironment(options_);
  std::string differences = DescribeDifferences(state_.environment, here);
  if (!differences.empty()) {
    observer_.OnEnvironmentChanged(state_.step, differences);
  }
  state_.environment = std::move(here);
  observer_.OnLog(absl::StrCat("goes on after step ", state_.step));
  return absl::OkStatus();
}

absl::Status TrainingRun::ReadTensors(const std::string& directory) {
  // Frozen weights as well: those of a fork are not the base model's.
  CheckpointTensors tensors{
      .trained = Weights(), .optimizer = optimizer_->state(), .best = {}};
  if (HasBestWeights(directory)) tensors.best = best_weights_->Reserve();
  TUNESMITH_RETURN_IF_ERROR(ReadCheckpointTensors(directory, tensors));
  selection_.Restore(state_.selection);
  if (options_.keep_best && state_.best.has_value() && IsBest()) {
    best_weights_->Keep();
  }
  return absl::OkStatus();
}

absl::Status TrainingRun::ReadTensorsOfFork(const std::string& directory) {
  TUNESMITH_ASSIGN_OR_RETURN(OptimizerState optimizer,
                             SelectSaved(directory, optimizer_->state()));
  return ReadCheckpointTensors(
      directory,
      {.trained = Weights(), .optimizer = std::move(optimizer), .best = {}});
}

StopRequest TrainingRun::stop_request() {
  bool reached =
      options_.last_step.has_value() && state_.step >= *options_.last_step;
  return reached ? StopRequest::kCheckpoint : observer_.ShouldStop();
}

bool TrainingRun::Done() const {
  return !state_.evaluation_due &&
         (state_.step >= length_.total_steps || state_.stopped_early);
}

bool TrainingRun::IsBest() const {
  return !state_.best.has_value() || state_.best->step == state_.step;
}

absl::Status TrainingRun::EvaluateBaseline() {
  if (!options_.evaluate_baseline || state_.baseline_done) {
    return absl::OkStatus();
  }
  for (DataSplit split : {DataSplit::kValidation, DataSplit::kTest}) {
    absl::StatusOr<EvaluationFigures> figures =
        Evaluate(EvaluationPhase::kBaseline, split);
    if (!figures.ok()) {
      // Whoever goes on begins with it anew.
      state_.evaluations.clear();
      return figures.status();
    }
    TUNESMITH_RETURN_IF_ERROR(CheckBaseline(*figures, *network_.model));
  }
  state_.baseline_done = true;
  return absl::OkStatus();
}

absl::Status TrainingRun::TrainEpoch() {
  if (state_.evaluation_due) return absl::OkStatus();
  absl::Duration counted = clock_.Monotonic();
  // A checkpoint holds the time of the steps before it.
  auto count_time = [&] {
    absl::Duration now = clock_.Monotonic();
    state_.training_time += now - std::exchange(counted, now);
  };
  std::vector<BatchIndices> batches =
      PlanEpoch(lengths_, options_.batch_size, options_.order, options_.seed,
                state_.epoch);
  int64_t before_epoch = state_.epoch * length_.steps_per_epoch;
  size_t end =
      static_cast<size_t>(std::min(length_.total_steps - before_epoch,
                                   static_cast<int64_t>(batches.size())));
  size_t begin = static_cast<size_t>(state_.step - before_epoch);
  reporter_.BeginEpoch(
      before_epoch + static_cast<int64_t>(end),
      PaddedTokens(lengths_, std::span(batches).subspan(begin, end - begin)));
  const BatchUse use = {.training = true, .epoch = state_.epoch};
  const auto coming = std::span(batches).subspan(begin, end - begin);
  TUNESMITH_RETURN_IF_ERROR(PrepareBatches(inputs_.training, coming, use));
  TUNESMITH_RETURN_IF_ERROR(network_.batches->Expect(
      inputs_.training, coming, use, [this] { return IsStopped(); }));
  for (size_t i = begin; i < end; ++i) {
    bool first = result_.first_batch_time == absl::Time();
    if (first) result_.first_batch_time = clock_.Now();
    TUNESMITH_RETURN_IF_ERROR(TrainStep(batches[i]));
    TUNESMITH_RETURN_IF_ERROR(first ? reporter_.ReportSteps(state_)
                                    : reporter_.ReportStepsWhenDue(state_));
    if (first) result_.first_step_time = clock_.Now();
    count_time();
    if (i + 1 == end) break;
    TUNESMITH_RETURN_IF_ERROR(TakeCheckpoint(/*improved=*/false));
  }
  ++state_.epoch;
  state_.evaluation_due = true;
  TUNESMITH_RETURN_IF_ERROR(UpdateFreezing());
  TUNESMITH_RETURN_IF_ERROR(reporter_.ReportSteps(state_));
  count_time();
  return absl::OkStatus();
}

absl::Status TrainingRun::PrepareBatches(const std::vector<Example>& examples,
                                         std::span<const BatchIndices> batches,
                                         const BatchUse& use) {
  const absl::Duration start = clock_.Monotonic();
  TUNESMITH_RETURN_IF_ERROR(network_.batches->Prepare(
      examples, batches, use, [this] { return IsStopped(); }));
  reporter_.LeaveOut(clock_.Monotonic() - start);
  return absl::OkStatus();
}

absl::Status TrainingRun::TrainStep(const BatchIndices& indices) {
  if (IsStopped()) return StoppedError();
  TUNESMITH_ASSIGN_OR_RETURN(double learning_rate, LearningRate());
  TUNESMITH_ASSIGN_OR_RETURN(PreparedStep prepared, PrepareStep(indices));
  std::vector<int64_t> rows;
  for (int32_t index : indices) {
    rows.push_back(inputs_.training[static_cast<size_t>(index)].row);
  }
  // A baseline has looked for that; without one, this is the first look.
  if (state_.step == 0 && state_.evaluations.empty() &&
      !std::isfinite(prepared.loss.item<float>())) {
    return FirstBatchError(rows, *network_.model);
  }
  optimizer_->Apply(prepared.update, learning_rate);
  ++state_.step;
  state_.training_examples += static_cast<int64_t>(indices.size());

  StepLog::Step step{.step = state_.step,
                     .epoch = length_.EpochOf(state_.step),
                     .learning_rate = learning_rate,
                     .loss = prepared.loss,
                     .gradient_norm = prepared.update.norm,
                     .rows = std::move(rows)};
  reporter_.AddStep(std::move(step), PaddedTokens(lengths_, {&indices, 1}));
  return absl::OkStatus();
}

absl::StatusOr<double> TrainingRun::LearningRate() {
  double rate = options_.learning_rate *
                LearningRateFactor(options_.schedule, state_.step, length_);
  const std::optional<LearningRateCut>& cut = options_.learning_rate_cut;
  if (!cut.has_value() || state_.step < cut->from_step) return rate;
  if (state_.step == cut->from_step) {
    TUNESMITH_RETURN_IF_ERROR(reporter_.ReportSteps(state_));
    state_.skipped_steps = 0;
  }
  return rate * cut->factor;
}

bool TrainingRun::Split(bool from_evaluation) {
  ReleaseCachedMemory(device_);
  std::optional<Microbatch> microbatch =
      microbatches_.Split(state_.step, from_evaluation);
  if (microbatch.has_value()) observer_.OnMicrobatch(*microbatch);
  return microbatch.has_value();
}

absl::StatusOr<TrainingRun::PreparedStep> TrainingRun::TryStep(
    const BatchIndices& indices) {
  return CatchTorchErrors([&]() -> absl::StatusOr<PreparedStep> {
    statistics_->Keep();
    PreparedStep prepared;
    TUNESMITH_ASSIGN_OR_RETURN(
        prepared.loss,
        gradients_->Add(indices, {.step = state_.step, .epoch = state_.epoch},
                        static_cast<size_t>(microbatches_.RowsAt(state_.step)),
                        [this] { return IsStopped(); }));
    prepared.update = optimizer_->Prepare(prepared.loss);
    statistics_->PutBackUnless(prepared.update.finite);
    return prepared;
  });
}

absl::StatusOr<TrainingRun::PreparedStep> TrainingRun::PrepareStep(
    const BatchIndices& indices) {
  while (true) {
    absl::StatusOr<PreparedStep> prepared = TryStep(indices);
    if (prepared.ok()) return prepared;
    optimizer_->ClearGradients();
    statistics_->PutBack();
    if (!IsOutOfMemory(prepared.status())) return prepared;
    if (!Split(/*from_evaluation=*/false)) return prepared;
  }
}

Precision TrainingRun::PrecisionOf(EvaluationPhase phase) const {
  // A GPU's alone.
  const bool rounds =
      options_.precision == Precision::kBf16 ||
      (options_.precision == Precision::kTf32 && device_.is_cuda());
  const bool exact = phase == EvaluationPhase::kFinal ||
                     options_.primary_metric == PrimaryMetric::kLoss;
  return rounds && !exact ? options_.precision : Precision::kFp32;
}

absl::StatusOr<EvaluationFigures> TrainingRun::FiguresOn(
    const std::vector<Example>& examples, Precision precision) {
  BatchIndices all(examples.size());
  std::iota(all.begin(), all.end(), 0);
  using Figures = absl::StatusOr<EvaluationFigures>;
  while (true) {
    Figures figures = CatchTorchErrors([&]() -> Figures {
      TUNESMITH_RETURN_IF_ERROR(PrepareBatches(examples, {&all, 1}, {}));
      return EvaluateClassifier(
          network_, examples,
          {.class_count = static_cast<int64_t>(inputs_.labels.size()),
           .rows = microbatches_.EvaluationRowsAt(state_.step),
           .precision = precision},
          [this] { return IsStopped(); });
    });
    if (!IsOutOfMemory(figures.status())) return figures;
    if (!Split(/*from_evaluation=*/true)) return figures;
  }
}

absl::StatusOr<EvaluationFigures> TrainingRun::Evaluate(EvaluationPhase phase,
                                                        DataSplit split) {
  const std::vector<Example>& examples =
      split == DataSplit::kTest ? inputs_.test : inputs_.validation;
  if (examples.empty()) return EvaluationFigures();
  reporter_.BeginEvaluation(phase, split, state_);
  TUNESMITH_ASSIGN_OR_RETURN(EvaluationFigures figures,
                             FiguresOn(examples, PrecisionOf(phase)));
  state_.evaluation_time += reporter_.EndEvaluation();
  figures.phase = phase;
  figures.split = split;
  figures.step = state_.best.has_value() && phase == EvaluationPhase::kFinal
                     ? state_.best->step
                     : state_.step;
  figures.epoch = length_.EpochOf(figures.step);
  Publish(figures);
  return figures;
}

void TrainingRun::Publish(const EvaluationFigures& figures) {
  // The final figures of validation data repeat an epoch's, which has reported
  // its metrics already.
  if (figures.phase != EvaluationPhase::kFinal ||
      figures.split != DataSplit::kValidation) {
    for (const auto& [name, value] : NamedFigures(figures)) {
      observer_.OnMetric(figures.split, name, figures.step, figures.epoch,
                         value);
    }
  }
  observer_.OnEvaluation(figures);
  EvaluationFigures& kept = state_.evaluations.emplace_back(figures);
  if (kept.phase == EvaluationPhase::kFinal) return;
  // Every checkpoint holds them.
  kept.mistakes.clear();
  kept.confusions.clear();
  kept.confusion_count = 0;
  if (inputs_.labels.size() > static_cast<size_t>(kMaxMatrixClasses)) {
    kept.classes.clear();
  }
}

absl::Status TrainingRun::EvaluateEpoch() {
  bool improved = false;
  if (!inputs_.validation.empty()) {
    TUNESMITH_ASSIGN_OR_RETURN(
        EvaluationFigures figures,
        Evaluate(EvaluationPhase::kEpoch, DataSplit::kValidation));
    improved = selection_.Offer(figures);
    state_.selection = selection_.state();
    if (improved || !options_.keep_best) state_.best = figures;
    state_.stopped_early =
        state_.step < length_.total_steps && selection_.ShouldStop();
    if (state_.stopped_early) LogEarlyStop();
  }
  state_.evaluation_due = false;
  if (Done()) {
    // The last weights need no copy to come back from.
    TakeLastCheckpoint();
    return absl::OkStatus();
  }
  if (improved && options_.keep_best) {
    checkpoints_.Finish();
    best_weights_->Keep();
  }
  return TakeCheckpoint(improved);
}

void TrainingRun::LogEarlyStop() {
  const SelectionState::Best& best = *selection_.state().best;
  const EarlyStopping& rule = *options_.early_stopping;
  observer_.OnLog(absl::StrFormat(
      "stopped early after epoch %d, step %d of %d: %s did not get better than "
      "%.4f, that of step %d,%s in %d evaluations",
      state_.epoch, state_.step, length_.total_steps,
      std::string(NameOf(options_.primary_metric)), best.value, best.step,
      rule.min_delta > 0 ? absl::StrFormat(" by more than %g", rule.min_delta)
                         : "",
      rule.patience));
}

absl::Status TrainingRun::TakeCheckpoint(bool improved) {
  if (!checkpoints_.IsDue(state_.step, improved)) return absl::OkStatus();
  // What the steps report comes before the checkpoint that skips them.
  TUNESMITH_RETURN_IF_ERROR(reporter_.ReportSteps(state_));
  energy_.AddTo(state_.energy_joules);
  absl::Duration start = clock_.Monotonic();
  checkpoints_.Begin(state_, TensorsToKeep(), FiguresOfCheckpoint());
  result_.checkpoint_time += clock_.Monotonic() - start;
  ++result_.checkpoints;
  return absl::OkStatus();
}

void TrainingRun::TakeLastCheckpoint() {
  if (!options_.checkpoints.at_end) return;
  energy_.AddTo(state_.energy_joules);
  checkpoints_.TrySave(state_, TensorsToKeep(), FiguresOfCheckpoint());
}

absl::Status TrainingRun::SaveCheckpoint() {
  TUNESMITH_RETURN_IF_ERROR(reporter_.ReportSteps(state_));
  energy_.AddTo(state_.energy_joules);
  return checkpoints_.Save(state_, TensorsToKeep(), FiguresOfCheckpoint());
}

CheckpointTensors TrainingRun::TensorsToKeep() const {
  return {
      .trained = Moving(),
      .optimizer = optimizer_->state(),
      .best = IsBest() ? std::vector<NamedTensor>() : best_weights_->kept()};
}

CheckpointFigures TrainingRun::FiguresOfCheckpoint() const {
  return {.step = state_.step,
          .epoch = length_.EpochOf(state_.step),
          .best = IsBest()};
}

absl::Status TrainingRun::EvaluateFinal() {
  checkpoints_.Finish();
  // The rest of a run of which more was skipped before.
  if (state_.effective_steps == 0 && state_.skipped_steps > 0) {
    return NothingLearned(state_.skipped_steps, {});
  }
  bool swap = state_.best.has_value() && !IsBest();
  result_.best_step = state_.best.has_value() ? state_.best->step : state_.step;
  if (swap) best_weights_->Swap();
  TUNESMITH_RETURN_IF_ERROR(CheckTrained(*network_.model));
  size_t before = state_.evaluations.size();
  absl::Status status;
  if (state_.best.has_value() &&
      PrecisionOf(EvaluationPhase::kEpoch) == Precision::kFp32) {
    // The same weights on the same rows give the same figures.
    EvaluationFigures figures = *state_.best;
    figures.phase = EvaluationPhase::kFinal;
    Publish(figures);
  } else {
    status = Evaluate(EvaluationPhase::kFinal, DataSplit::kValidation).status();
  }
  if (status.ok()) {
    status = Evaluate(EvaluationPhase::kFinal, DataSplit::kTest).status();
  }
  if (status.ok()) status = IsStopped() ? StoppedError() : absl::OkStatus();
  if (!status.ok()) {
    state_.evaluations.resize(before);
    if (swap) best_weights_->Swap();
    return status;
  }
  for (size_t i = before; i < state_.evaluations.size(); ++i) {
    TUNESMITH_RETURN_IF_ERROR(CheckTrained(state_.evaluations[i]));
  }
  return absl::OkStatus();
}

absl::Status TrainingRun::Save() {
  reporter_.BeginSaving(state_);
  TUNESMITH_ASSIGN_OR_RETURN(
      result_.probe,
      ProbeResult(network_, inputs_, microbatches_.RowsAt(state_.step)));
  return WriteModel(Moving(), places_.output_directory);
}

TrainingResult TrainingRun::TakeResult() {
  energy_.AddTo(state_.energy_joules);
  result_.energy_joules = state_.energy_joules;
  result_.steps = state_.step;
  result_.epochs = length_.EpochOf(state_.step);
  if (state_.stopped_early) {
    const SelectionState::Best& best = *selection_.state().best;
    result_.early_stop = EarlyStop{.step = state_.step,
                                   .epoch = result_.epochs,
                                   .best_step = best.step,
                                   .best_value = best.value};
  }
  result_.training_examples = state_.training_examples;
  result_.evaluations = std::move(state_.evaluations);
  result_.curve = state_.curve.Points();
  result_.training_time = state_.training_time;
  result_.evaluation_time = state_.evaluation_time;
  return std::move(result_);
}

}  // namespace tunesmith::worker
