#include "worker/training/time_remaining.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tunesmith::worker {
namespace {

// Long enough for many batches, short enough to see that the machine has got
// other work.
constexpr absl::Duration kWindow = absl::Seconds(30);
// Steps before which nothing is foretold: the first ones of thousands would be
// multiplied by as much. Enough for the usual rate to leave the slowest out.
constexpr int64_t kFewestSteps = 8;

absl::Duration TimeFor(double work, double per_second) {
  return work > 0 ? absl::Seconds(work / per_second) : absl::ZeroDuration();
}

}  // namespace

TimeRemaining::TimeRemaining(const RunLength& length, RunCosts costs,
                             int64_t step)
    : length_(length),
      costs_(std::move(costs)),
      first_step_(step),
      step_(step),
      end_step_(step),
      training_rate_(kWindow),
      evaluation_rate_(kWindow) {}

void TimeRemaining::BeginEpoch(int64_t end_step, int64_t tokens) {
  end_step_ = end_step;
  tokens_left_ = tokens;
  evaluation_due_ = true;
}

void TimeRemaining::AddStep(int64_t tokens, absl::Duration spent) {
  const StepCost& cost = costs_.StepIn(step_ / length_.steps_per_epoch);
  training_rate_.Add(CostOf(1, static_cast<double>(tokens), cost), spent);
  ++step_;
  tokens_left_ -= tokens;
}

void TimeRemaining::BeginEvaluation(EvaluationPhase phase, DataSplit split) {
  evaluation_tokens_ =
      split == DataSplit::kTest ? costs_.test_tokens : costs_.validation_tokens;
  evaluation_due_ = false;
  ending_ = phase == EvaluationPhase::kFinal;
}

void TimeRemaining::EndEvaluation(absl::Duration spent) {
  evaluation_rate_.Add(
      costs_.evaluation_per_token * static_cast<double>(evaluation_tokens_),
      spent);
  evaluation_tokens_ = 0;
}

void TimeRemaining::BeginSaving() { ending_ = true; }

TimeRemaining::Work TimeRemaining::EpochsAfter(int64_t step) const {
  const int64_t per_epoch = length_.steps_per_epoch;
  const double tokens_of_step = static_cast<double>(costs_.training_tokens) /
                                static_cast<double>(per_epoch);
  Work work;
  while (step < length_.total_steps) {
    int64_t epoch = step / per_epoch;
    // Until then, one epoch is like another.
    auto next = costs_.steps.upper_bound(epoch);
    int64_t end = next == costs_.steps.end()
                      ? length_.total_steps
                      : std::min(next->first * per_epoch, length_.total_steps);
    double steps = static_cast<double>(end - step);
    work.training +=
        CostOf(steps, steps * tokens_of_step, costs_.StepIn(epoch));
    int64_t evaluations = (end + per_epoch - 1) / per_epoch - epoch;
    work.evaluation +=
        costs_.evaluation_per_token *
        static_cast<double>(evaluations * costs_.validation_tokens);
    step = end;
  }
  return work;
}

TimeRemaining::Work TimeRemaining::WorkLeft() const {
  int64_t evaluation_tokens = evaluation_tokens_;
  Work work;
  if (!ending_) {
    work = EpochsAfter(end_step_);
    work.training += CostOf(static_cast<double>(end_step_ - step_),
                            static_cast<double>(tokens_left_),
                            costs_.StepIn(step_ / length_.steps_per_epoch));
    evaluation_tokens += costs_.test_tokens;
    if (evaluation_due_) evaluation_tokens += costs_.validation_tokens;
  }
  work.evaluation +=
      costs_.evaluation_per_token * static_cast<double>(evaluation_tokens);
  return work;
}

std::optional<absl::Duration> TimeRemaining::Get() const {
  const Work work = WorkLeft();
  if (work.training > 0 && step_ - first_step_ < kFewestSteps) {
    return std::nullopt;
  }
  double training = training_rate_.UsualPerSecond();
  if (training == 0 && work.training > 0) return std::nullopt;
  double evaluation = evaluation_rate_.PerSecond();
  // Evaluations that were not measured yet are taken to be as fast as steps.
  if (evaluation == 0) evaluation = training;
  if (evaluation == 0 && work.evaluation > 0) return std::nullopt;
  return TimeFor(work.training, training) +
         TimeFor(work.evaluation, evaluation) + costs_.saving +
         (ending_ ? absl::ZeroDuration() : costs_.last_checkpoint);
}

}  // namespace tunesmith::worker
