#include "worker/training/time_remaining.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

// A run whose costs are known. Its clock is what it adds up.
struct SyntheticRun {
  int64_t steps_per_epoch = 50;
  int64_t total_steps = 200;
  RunCosts costs = {.steps = {{0, {.per_token = 3, .fixed = 500}}},
                    .evaluation_per_token = 1,
                    .training_tokens = 0,
                    .validation_tokens = 20'000,
                    .test_tokens = 30'000,
                    .last_checkpoint = absl::Seconds(2),
                    .saving = absl::Seconds(1)};
  bool baseline = true;
  // How much faster than the costs say evaluations are.
  double evaluation_speed = 1;
  // Within this share of what the costs say, at random.
  double noise = 0;
  int64_t pause_every = 1'000'000;
  absl::Duration pause;
  // From which step on the machine is how many times as slow.
  int64_t slow_from_step = 1'000'000;
  double slowness = 1;
  // It goes on after that many steps.
  int64_t first_step = 0;
  // How many times as long as others the first step takes.
  double first_step_slowness = 1;
};

// Something that was told, and when.
struct Told {
  absl::Duration when;
  std::optional<absl::Duration> remaining;
  int64_t step;
};

constexpr double kCostsPerSecond = 10'000;

class Simulation {
 public:
  explicit Simulation(SyntheticRun run) : run_(std::move(run)) {
    for (int64_t i = 0; i < run_.steps_per_epoch; ++i) {
      // A few long batches among many short ones.
      tokens_.push_back(i % 10 == 0 ? 4000 : 300 + 40 * (i % 10));
      run_.costs.training_tokens += tokens_.back();
    }
    Run();
  }

  absl::Duration end() const { return now_; }
  const std::vector<Told>& told() const { return told_; }

  // The largest relative error after the first tenth of the run, where at least
  // `from_step` steps are done. Nothing may be told before the ninth step.
  double WorstError(int64_t from_step = 0) const {
    double worst = 0;
    for (const Told& told : told_) {
      if (told.when < now_ / 10 || told.step < from_step) continue;
      if (!told.remaining.has_value()) {
        if (told.step - run_.first_step < 9) continue;
        return 1e9;
      }
      absl::Duration truth = now_ - told.when;
      worst = std::max(
          worst, absl::FDivDuration(absl::AbsDuration(*told.remaining - truth),
                                    truth));
    }
    return worst;
  }

 private:
  void Run() {
    TimeRemaining time({.steps_per_epoch = run_.steps_per_epoch,
                        .total_steps = run_.total_steps},
                       run_.costs, run_.first_step);
    step_ = run_.first_step;
    if (run_.baseline) {
      Evaluate(time, EvaluationPhase::kBaseline, DataSplit::kValidation);
      Evaluate(time, EvaluationPhase::kBaseline, DataSplit::kTest);
    }
    while (step_ < run_.total_steps) {
      TrainEpoch(time);
      Evaluate(time, EvaluationPhase::kEpoch, DataSplit::kValidation);
    }
    now_ += run_.costs.last_checkpoint;
    Evaluate(time, EvaluationPhase::kFinal, DataSplit::kTest);
    time.BeginSaving();
    Tell(time);
    now_ += run_.costs.saving;
  }

  void TrainEpoch(TimeRemaining& time) {
    int64_t epoch = step_ / run_.steps_per_epoch;
    std::vector<int64_t> batches = tokens_;
    std::shuffle(batches.begin(), batches.end(), std::mt19937(7 + epoch));
    int64_t begin = step_ % run_.steps_per_epoch;
    int64_t end = std::min(run_.steps_per_epoch,
                           run_.total_steps - epoch * run_.steps_per_epoch);
    int64_t all = 0;
    for (int64_t i = begin; i < end; ++i) all += batches[i];
    time.BeginEpoch(epoch * run_.steps_per_epoch + end, all);
    for (int64_t i = begin; i < end; ++i) {
      const StepCost& cost = run_.costs.StepIn(epoch);
      absl::Duration spent = Spend(cost.fixed + cost.per_token * batches[i]);
      if (step_ % run_.pause_every == 0) spent += run_.pause;
      if (step_ == run_.first_step) spent *= run_.first_step_slowness;
      now_ += spent;
      ++step_;
      time.AddStep(batches[i], spent);
      Tell(time);
    }
  }

  void Evaluate(TimeRemaining& time, EvaluationPhase phase, DataSplit split) {
    time.BeginEvaluation(phase, split);
    Tell(time);
    int64_t tokens = split == DataSplit::kTest ? run_.costs.test_tokens
                                               : run_.costs.validation_tokens;
    absl::Duration spent =
        Spend(run_.costs.evaluation_per_token * tokens / run_.evaluation_speed);
    now_ += spent;
    time.EndEvaluation(spent);
  }

  absl::Duration Spend(double cost) {
    double share = static_cast<double>(random_()) / std::mt19937::max();
    double factor = 1 + run_.noise * (2 * share - 1);
    if (step_ >= run_.slow_from_step) factor *= run_.slowness;
    return absl::Seconds(cost * factor / kCostsPerSecond);
  }

  void Tell(const TimeRemaining& time) {
    told_.push_back({now_, time.Get(), step_});
  }

  SyntheticRun run_;
  std::mt19937 random_{5};
  std::vector<int64_t> tokens_;
  absl::Duration now_;
  int64_t step_ = 0;
  std::vector<Told> told_;
};

TEST(TimeRemainingTest, IsExactWhereCostsAre) {
  EXPECT_LT(Simulation({}).WorstError(), 1e-6);
}

TEST(TimeRemainingTest, IsUnknownUntilAFewStepsWereMeasured) {
  TimeRemaining time({.steps_per_epoch = 10, .total_steps = 30},
                     {.steps = {{0, {.per_token = 2, .fixed = 0}}},
                      .evaluation_per_token = 1,
                      .training_tokens = 10,
                      .validation_tokens = 2,
                      .test_tokens = 0,
                      .last_checkpoint = absl::ZeroDuration(),
                      .saving = absl::ZeroDuration()},
                     0);
  EXPECT_FALSE(time.Get().has_value());
  time.BeginEvaluation(EvaluationPhase::kBaseline, DataSplit::kValidation);
  EXPECT_FALSE(time.Get().has_value());
  time.EndEvaluation(absl::Seconds(1));
  time.BeginEpoch(10, 10);
  for (int step = 0; step < 8; ++step) {
    EXPECT_FALSE(time.Get().has_value()) << step;
    time.AddStep(1, absl::Seconds(1));
  }
  // A second for each of 22 steps and for each of three evaluations.
  ASSERT_TRUE(time.Get().has_value());
  EXPECT_NEAR(absl::ToDoubleSeconds(*time.Get()), 22 + 3, 1e-6);
}

// A first step that makes kernels and features took a minute; thousands of
// milliseconds follow.
TEST(TimeRemainingTest, ASlowFirstStepIsNotMultiplied) {
  SyntheticRun run;
  run.total_steps = 2000;
  run.first_step_slowness = 1000;
  run.baseline = false;
  EXPECT_LT(Simulation(run).WorstError(), 0.2);
}

TEST(TimeRemainingTest, TheEndIsForetoldHoweverFewStepsThereWere) {
  TimeRemaining time({.steps_per_epoch = 1, .total_steps = 1},
                     {.steps = {{0, {.per_token = 2, .fixed = 0}}},
                      .evaluation_per_token = 1,
                      .training_tokens = 10,
                      .validation_tokens = 0,
                      .test_tokens = 40,
                      .last_checkpoint = absl::ZeroDuration(),
                      .saving = absl::Seconds(2)},
                     0);
  time.BeginEpoch(1, 10);
  time.AddStep(10, absl::Seconds(1));
  // Forty tokens that cost half as much, and saving.
  EXPECT_EQ(time.Get(), absl::Seconds(2 + 2));
}

TEST(TimeRemainingTest, HoldsWhereStepsAndEvaluationsVary) {
  EXPECT_LT(Simulation({.evaluation_speed = 1.5, .noise = 0.3}).WorstError(),
            0.2);
  EXPECT_LT(
      Simulation({.baseline = false, .evaluation_speed = 1.5, .noise = 0.3})
          .WorstError(),
      0.2);
}

TEST(TimeRemainingTest, EvaluationsCountAsMuchAsTheyTake) {
  SyntheticRun run;
  run.costs.validation_tokens = 200'000;
  run.costs.test_tokens = 400'000;
  EXPECT_LT(Simulation(run).WorstError(), 1e-6);
  run.baseline = false;
  EXPECT_LT(Simulation(run).WorstError(), 1e-6);
  run.costs.validation_tokens = 0;
  run.costs.test_tokens = 0;
  EXPECT_LT(Simulation(run).WorstError(), 1e-6);
}

TEST(TimeRemainingTest, LaterStagesCostMore) {
  SyntheticRun run;
  run.costs.steps = {{0, {.per_token = 1, .fixed = 100}},
                     {1, {.per_token = 2, .fixed = 200}},
                     {3, {.per_token = 4, .fixed = 4000}}};
  run.noise = 0.1;
  EXPECT_LT(Simulation(run).WorstError(), 0.2);
}

TEST(TimeRemainingTest, TheLastEpochMayBeAPart) {
  EXPECT_LT(Simulation({.total_steps = 125}).WorstError(), 0.2);
  EXPECT_LT(Simulation({.total_steps = 20}).WorstError(), 0.2);
}

TEST(TimeRemainingTest, PausesOfCheckpointsCount) {
  EXPECT_LT(
      Simulation({.pause_every = 5, .pause = absl::Seconds(1)}).WorstError(),
      0.2);
}

TEST(TimeRemainingTest, AResumedRunBeginsInTheMiddleOfAnEpoch) {
  EXPECT_LT(Simulation({.baseline = false, .first_step = 70}).WorstError(),
            1e-6);
}

TEST(TimeRemainingTest, FollowsAMachineThatBecomesSlower) {
  SyntheticRun run;
  run.total_steps = 2000;
  run.slow_from_step = 300;
  run.slowness = 3;
  // Half a minute later.
  EXPECT_LT(Simulation(run).WorstError(/*from_step=*/450), 0.2);
}

}  // namespace
}  // namespace tunesmith::worker
