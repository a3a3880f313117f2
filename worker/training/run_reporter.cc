#include "worker/training/run_reporter.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "worker/training/finite_check.h"

namespace tunesmith::worker {
namespace {

// When pending steps are read back: often enough for a live display, rarely
// enough not to hold up a device.
constexpr size_t kStepsPerReport = 10;
constexpr absl::Duration kReportInterval = absl::Milliseconds(500);
constexpr absl::Duration kRateWindow = absl::Seconds(5);

// A few, but never most of a short run.
int64_t MaxSkippedSteps(int64_t total_steps) {
  return std::min(std::max<int64_t>(5, total_steps / 100), total_steps / 2);
}

absl::Status TooManySkipped(int64_t count, const StepLog::Step& last) {
  return ReasonedError(
      absl::StatusCode::kAborted, "NUMERICAL_FAILURE",
      absl::StrCat("loss or gradients were not finite in ", count,
                   " steps (a lower learning_rate may help), the last one ",
                   last.step, "; rows of its batch: ", RowList(last.rows)));
}

}  // namespace

RunReporter::RunReporter(TrainingObserver& observer, Clock& clock,
                         const RunLength& length)
    : observer_(observer),
      clock_(clock),
      length_(length),
      log_(observer),
      examples_rate_(kRateWindow),
      last_report_(-absl::InfiniteDuration()) {}

void RunReporter::Foretell(RunCosts costs, const TrainingState& state) {
  time_remaining_.emplace(length_, std::move(costs), state.step);
}

absl::Duration RunReporter::Lap() {
  absl::Duration now = clock_.Monotonic();
  return now - std::exchange(lap_, now).value_or(now);
}

void RunReporter::BeginEpoch(int64_t end_step, int64_t tokens) {
  if (!lap_.has_value()) Lap();
  time_remaining_->BeginEpoch(end_step, tokens);
}

void RunReporter::LeaveOut(absl::Duration spent) {
  if (lap_.has_value()) *lap_ += spent;
}

void RunReporter::AddStep(StepLog::Step step, int64_t tokens) {
  absl::Duration spent = Lap();
  examples_rate_.Add(static_cast<double>(step.rows.size()), spent);
  time_remaining_->AddStep(tokens, spent);
  learning_rate_ = step.learning_rate;
  log_.Add(std::move(step));
}

void RunReporter::BeginEvaluation(EvaluationPhase phase, DataSplit split,
                                  const TrainingState& state) {
  time_remaining_->BeginEvaluation(phase, split);
  ReportPhase(TrainingPhase::kEvaluating, state);
  Lap();
}

absl::Duration RunReporter::EndEvaluation() {
  absl::Duration spent = Lap();
  time_remaining_->EndEvaluation(spent);
  return spent;
}

void RunReporter::BeginSaving(const TrainingState& state) {
  time_remaining_->BeginSaving();
  ReportPhase(TrainingPhase::kSaving, state);
}

absl::Status RunReporter::ReportStepsWhenDue(TrainingState& state) {
  bool due = log_.size() >= kStepsPerReport ||
             clock_.Monotonic() - last_report_ >= kReportInterval;
  return due ? Report(log_.FlushArrived(state.curve), state) : absl::OkStatus();
}

absl::Status RunReporter::ReportSteps(TrainingState& state) {
  return Report(log_.Flush(state.curve), state);
}

absl::Status RunReporter::Report(StepLog::Summary summary,
                                 TrainingState& state) {
  ReportProgress(TrainingPhase::kTraining, state, summary.mean_loss);
  state.skipped_steps += static_cast<int64_t>(summary.skipped.size());
  state.effective_steps += summary.finite;
  if (state.skipped_steps <= MaxSkippedSteps(length_.total_steps) ||
      summary.skipped.empty()) {
    return absl::OkStatus();
  }
  // A learning rate that nothing was multiplied by is not to blame.
  if (state.effective_steps == 0) {
    return NothingLearned(state.step, summary.skipped.back().rows);
  }
  return TooManySkipped(state.skipped_steps, summary.skipped.back());
}

void RunReporter::ReportProgress(TrainingPhase phase,
                                 const TrainingState& state,
                                 std::optional<double> loss) {
  last_report_ = clock_.Monotonic();
  TrainingProgress progress{.phase = phase,
                            .step = state.step,
                            .total_steps = length_.total_steps,
                            .epoch = length_.EpochOf(state.step),
                            .examples = state.training_examples,
                            .examples_per_second = examples_rate_.PerSecond(),
                            .time_remaining = std::nullopt,
                            .loss = loss,
                            .learning_rate = learning_rate_};
  if (time_remaining_.has_value()) {
    progress.time_remaining = time_remaining_->Get();
  }
  observer_.OnProgress(progress);
}

}  // namespace tunesmith::worker
