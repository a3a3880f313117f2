// A run that goes on from another run's checkpoint with other options, and one
// that ends after a given step.
#include <cstring>
#include <map>

#include "gtest/gtest.h"
#include "proto/artifact/manifest.h"
#include "tests/worker/training/attempt.h"
#include "worker/formats/safetensors_file.h"
#include "worker/training/checkpoint_digest.h"

namespace tunesmith::worker {
namespace {

// The last weights are the result, whatever was measured.
Plan Steady(int64_t steps) {
  Plan plan;
  plan.options.epochs = std::nullopt;
  plan.options.max_steps = steps;
  plan.options.keep_best = false;
  plan.options.schedule.kind = ScheduleKind::kConstant;
  plan.options.schedule.warmup_fraction = 0;
  return plan;
}

// The checkpoint after the last step of a run of `plan`.
std::unique_ptr<Attempt> RunToItsLastStep(Plan plan) {
  plan.options.last_step = plan.options.max_steps;
  auto run = Begin(plan);
  EXPECT_FALSE(run->result->finished);
  EXPECT_EQ(run->observer.checkpoints.back().step, *plan.options.max_steps);
  return run;
}

// Tensors of a safetensors file by name.
std::map<std::string, std::string> Tensors(const std::string& path) {
  auto file = SafetensorsFile::Open(path);
  EXPECT_TRUE(file.ok()) << file.status();
  std::map<std::string, std::string> tensors;
  for (const SafetensorsEntry& entry : (*file)->entries()) {
    std::span<const std::byte> bytes = (*file)->Bytes(entry);
    tensors[entry.name] =
        std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  return tensors;
}

class ForkTest : public ::testing::TestWithParam<int64_t> {};

// Wherever the shorter run ended: also in the midst of an epoch.
TEST_P(ForkTest, OneThatIsLongerEndsAsTheLongRun) {
  const int64_t steps = GetParam();
  auto whole = Begin(Steady(11));
  auto shorter = RunToItsLastStep(Steady(steps));
  auto fork = BeginFork(Steady(11), LastCheckpoint(*shorter));
  EXPECT_EQ(Weights(*fork), Weights(*whole));
  for (const auto& [key, value] : fork->observer.metrics) {
    auto [split, name, step] = key;
    if (split != DataSplit::kTraining) continue;
    EXPECT_GT(step, steps);
    EXPECT_EQ(value, whole->observer.metrics.at(key)) << name << step;
  }
}

INSTANTIATE_TEST_SUITE_P(Steps, ForkTest, ::testing::Range<int64_t>(1, 11));

// What it does not train is the other run's, and not the base model's, also
// after it was stopped.
TEST(ForkedRunTest, KeepsWhatIsFrozenWhenItGoesOn) {
  auto shorter = RunToItsLastStep(Steady(4));
  Plan plan = Steady(9);
  plan.options.parameters = PlanFreezing({"bert.embeddings.", "bert.encoder."});
  auto whole = BeginFork(plan, LastCheckpoint(*shorter));
  plan.options.last_step = 7;
  auto stopped = BeginFork(plan, LastCheckpoint(*shorter));
  plan.options.last_step.reset();
  auto resumed = Begin(plan, LastCheckpoint(*stopped));
  EXPECT_EQ(Weights(*resumed), Weights(*whole));
}

TEST(ForkedRunTest, MeasuresAnew) {
  auto shorter = RunToItsLastStep(Steady(6));
  auto fork = BeginFork(Steady(9), LastCheckpoint(*shorter));
  const EvaluationFigures& first = fork->observer.evaluations.front();
  EXPECT_EQ(first.phase, EvaluationPhase::kBaseline);
  EXPECT_EQ(first.step, 6);
  for (const EvaluationFigures& figures : fork->result->evaluations) {
    EXPECT_GE(figures.step, 6);
  }
  // The curve is that of the whole way.
  EXPECT_EQ(fork->result->curve.front().step, 1);
  EXPECT_EQ(fork->result->curve.back().step, 9);
}

TEST(ForkedRunTest, WhatItFreezesStaysAsInTheCheckpoint) {
  auto shorter = RunToItsLastStep(Steady(5));
  Plan plan = Steady(9);
  plan.options.parameters =
      PlanFreezing({"bert.embeddings", "bert.encoder.layer.0"});
  auto fork = BeginFork(plan, LastCheckpoint(*shorter));
  auto before = Tensors(LastCheckpoint(*shorter) + "/model/model.safetensors");
  auto after = Tensors(fork->output.File("model.safetensors"));
  auto base = Tensors(plan.inputs.base_model_directory + "/model.safetensors");
  int changed = 0;
  for (const auto& [name, bytes] : before) {
    bool frozen = name.find("embeddings") != std::string::npos ||
                  name.find("encoder.layer.0") != std::string::npos;
    if (frozen) {
      EXPECT_TRUE(after.at(name) == bytes) << name;
      EXPECT_FALSE(base.contains(name) && base.at(name) == bytes) << name;
    } else {
      changed += after.at(name) != bytes;
    }
  }
  EXPECT_GT(changed, 5);
}

TEST(ForkedRunTest, WhatDidNotTrainBeforeBeginsWithoutMoments) {
  Plan plan = Steady(5);
  plan.options.parameters =
      PlanFreezing({"bert.embeddings", "bert.encoder.layer.0"});
  auto shorter = RunToItsLastStep(plan);
  Plan longer = Steady(7);
  longer.options.last_step = 7;
  auto fork = BeginFork(longer, LastCheckpoint(*shorter));
  auto before = Tensors(LastCheckpoint(*shorter) + "/steps.safetensors");
  auto after = Tensors(LastCheckpoint(*fork) + "/steps.safetensors");
  auto updates = [](const std::string& bytes) {
    float value;
    std::memcpy(&value, bytes.data(), sizeof(value));
    return value;
  };
  EXPECT_GT(after.size(), before.size());
  for (const auto& [name, bytes] : after) {
    EXPECT_EQ(updates(bytes), before.contains(name) ? 7 : 2) << name;
  }
}

TEST(LastCheckpointTest, MakesAFinishedRunLonger) {
  Plan plan = Steady(6);
  plan.options.checkpoints.at_end = true;
  auto finished = Begin(plan);
  ASSERT_TRUE(finished->result->finished);
  EXPECT_EQ(finished->observer.checkpoints.back().step, 6);
  EXPECT_EQ(Weights(*finished), Weights(*Begin(Steady(6))));
  auto longer = BeginFork(Steady(11), LastCheckpoint(*finished));
  EXPECT_EQ(Weights(*longer), Weights(*Begin(Steady(11))));
  // Who was killed after it has nothing more to train.
  auto again = Begin(plan, LastCheckpoint(*finished));
  EXPECT_EQ(Weights(*again), Weights(*finished));
  EXPECT_EQ(again->observer.metrics.count({DataSplit::kTraining, "loss", 6}),
            0u);
}

TEST(LastCheckpointTest, HoldsTheBestWeightsBesideTheLastOnes) {
  Plan plan;
  plan.options.epochs = 4;
  plan.options.learning_rate = 5e-2;
  plan.options.schedule.kind = ScheduleKind::kConstant;
  plan.options.checkpoints.at_end = true;
  auto finished = Begin(plan);
  ASSERT_LT(finished->result->best_step, finished->result->steps);
  auto again = Begin(plan, LastCheckpoint(*finished));
  EXPECT_EQ(Weights(*again), Weights(*finished));
}

TEST(LastCheckpointTest, OneThatCannotBeWrittenDoesNotEndTheRun) {
  Plan plan = Steady(6);
  plan.options.checkpoints.at_end = true;
  Attempt attempt;
  attempt.checkpoints.seal_status = absl::ResourceExhaustedError("disk full");
  attempt.result = Train(plan.inputs, plan.options,
                         {.output_directory = attempt.output.path(),
                          .resume_directory = "",
                          .checkpoints = &attempt.checkpoints},
                         attempt.observer, attempt.clock);
  ASSERT_TRUE(attempt.result.ok()) << attempt.result.status();
  EXPECT_EQ(attempt.observer.failures.size(), 1u);
}

TEST(LastStepTest, EndsThereWithACheckpoint) {
  Plan plan;
  auto whole = Begin(plan);
  for (int64_t step = 1; step <= whole->result->steps; ++step) {
    SCOPED_TRACE(step);
    Plan part = plan;
    part.options.last_step = step;
    auto run = Begin(part);
    EXPECT_FALSE(run->result->finished);
    EXPECT_EQ(run->result->steps, step);
    EXPECT_EQ(run->observer.checkpoints.back().step, step);
    auto resumed = Begin(plan, LastCheckpoint(*run));
    EXPECT_EQ(Weights(*resumed), Weights(*whole));
  }
}

std::string DigestOf(const std::string& checkpoint) {
  absl::StatusOr<SealedDirectory> sealed = SealDirectory(checkpoint);
  EXPECT_TRUE(sealed.ok()) << sealed.status();
  return DigestOfTensors(sealed->manifest);
}

TEST(DigestOfTensorsTest, IsThatOfWeightsAndOptimizerAlone) {
  Plan plan;
  plan.options.checkpoints.period_steps = 4;
  auto run = Begin(plan);
  std::string at_4 = DigestOf(run->checkpoints.PathOf(4));
  EXPECT_NE(DigestOf(run->checkpoints.PathOf(8)), at_4);
  // The same steps with other measurements and at other times.
  plan.options.evaluate_baseline = false;
  plan.options.last_step = 4;
  auto again = Begin(plan);
  EXPECT_EQ(DigestOf(again->checkpoints.PathOf(4)), at_4);
  plan.options.learning_rate *= 1.0001;
  auto other = Begin(plan);
  EXPECT_NE(DigestOf(other->checkpoints.PathOf(4)), at_4);
}

}  // namespace
}  // namespace tunesmith::worker
