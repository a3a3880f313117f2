#include "worker/training/run_reporter.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/base/reason.h"

namespace tunesmith::worker {
namespace {

// When pending steps are read back: often enough for a live display, rarely
// enough not to hold up a device.
constexpr size_t kStepsPerReport = 10;
constexpr absl::Duration kReportInterval = absl::Milliseconds(500);
constexpr absl::Duration kRateWindow = absl::Seconds(5);

int64_t MaxSkippedSteps(int64_t total_steps) {
  return std::max<int64_t>(5, total_steps / 100);
}

absl::Status TooManySkipped(int64_t count, const StepLog::Step& last) {
  constexpr size_t kMaxRows = 64;
  size_t shown = std::min(last.rows.size(), kMaxRows);
  return ReasonedError(
      absl::StatusCode::kAborted, "NUMERICAL_FAILURE",
      absl::StrCat("loss or gradients were not finite in ", count,
                   " steps (a lower learning_rate may help), the last one ",
                   last.step, "; rows of its batch: ",
                   absl::StrJoin(std::span(last.rows).first(shown), ", "),
                   shown < last.rows.size() ? ", ..." : ""));
}

}  // namespace

RunReporter::RunReporter(TrainingObserver& observer, Clock& clock,
                         const RunLength& length)
    : observer_(observer),
      clock_(clock),
      length_(length),
      log_(observer),
      steps_rate_(kRateWindow),
      examples_rate_(kRateWindow),
      last_report_(-absl::InfiniteDuration()) {}

void RunReporter::Add(StepLog::Step step, absl::Duration spent) {
  steps_rate_.Add(1, spent);
  examples_rate_.Add(static_cast<int64_t>(step.rows.size()), spent);
  learning_rate_ = step.learning_rate;
  log_.Add(std::move(step));
}

absl::Status RunReporter::ReportStepsWhenDue(TrainingState& state) {
  bool due = log_.size() >= kStepsPerReport ||
             clock_.Monotonic() - last_report_ >= kReportInterval;
  return due ? ReportSteps(state) : absl::OkStatus();
}

absl::Status RunReporter::ReportSteps(TrainingState& state) {
  StepLog::Summary summary = log_.Flush(state.curve);
  ReportProgress(TrainingPhase::kTraining, state, summary.mean_loss);
  state.skipped_steps += static_cast<int64_t>(summary.skipped.size());
  if (state.skipped_steps <= MaxSkippedSteps(length_.total_steps) ||
      summary.skipped.empty()) {
    return absl::OkStatus();
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
  if (steps_rate_.PerSecond() > 0) {
    progress.time_remaining = TimeRemaining(state.step);
  }
  observer_.OnProgress(progress);
}

absl::Duration RunReporter::TimeRemaining(int64_t step) const {
  double steps = static_cast<double>(length_.total_steps - step);
  double evaluations =
      std::ceil(steps / static_cast<double>(length_.steps_per_epoch));
  return absl::Seconds(steps / steps_rate_.PerSecond()) +
         last_evaluation_ * evaluations;
}

}  // namespace tunesmith::worker
