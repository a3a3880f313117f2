#include <string>
#include <tuple>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/scratch_directory.h"
#include "tests/worker/training/tiny_training.h"

// Trainings that meet numbers which are not finite.

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

TEST(NumericalFailureTest, ExplodingLossIsReportedWithItsRows) {
  TrainingOptions options = TinyOptions();
  options.learning_rate = 1e30;
  options.schedule.warmup_fraction = 0;
  options.order = BatchOrder::kSequential;
  auto run = TrainTiny(options);
  absl::Status status = run->result.status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(status), "NUMERICAL_FAILURE");
  EXPECT_THAT(std::string(status.message()), HasSubstr("learning_rate"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("rows of its batch: "));
  EXPECT_THAT(run->observer.skipped, SizeIs(::testing::Ge(6)));
}

TEST(NumericalFailureTest,
     ABaseModelThatGivesNoNumbersEndsTheRunBeforeItsFirstStep) {
  ScratchDirectory scratch;
  WriteBrokenModel("bert.encoder.layer.1.output.dense.weight", 3,
                   scratch.File("model"));
  TrainingInputs inputs = TinyInputs();
  inputs.base_model_directory = scratch.File("model");
  TrainingOptions options = TinyOptions();
  auto expect_cause = [&](const char* cause) {
    auto run = TrainTiny(options, inputs);
    const absl::Status status = run->result.status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), "NUMERICAL_FAILURE");
    EXPECT_THAT(std::string(status.message()), HasSubstr(cause));
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("encoder.layer.1.output.dense.weight holds NaN"));
    EXPECT_THAT(run->observer.skipped, SizeIs(0));
    EXPECT_FALSE(run->observer.metrics.contains(
        std::tuple(DataSplit::kTraining, "loss", 1)));
  };
  expect_cause("20 rows of validation data, the first of them row 101");
  options.evaluate_baseline = false;
  expect_cause("rows of the batch: ");
  options.evaluate_baseline = true;
  inputs.validation.clear();
  inputs.test.clear();
  expect_cause("rows of the batch: ");
}

// A text that the base model cannot read is named, however sound the others.
TEST(NumericalFailureTest, ARowForWhichTheBaseModelGivesNoNumbersIsNamed) {
  ScratchDirectory scratch;
  // Of token 4, which no other text has.
  WriteBrokenModel("bert.embeddings.word_embeddings.weight", 4 * 24,
                   scratch.File("model"));
  TrainingInputs inputs = TinyInputs();
  inputs.base_model_directory = scratch.File("model");
  inputs.test[3].token_ids.push_back(4);
  const absl::Status status = TrainTiny(TinyOptions(), inputs)->result.status();
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("1 row of test data, the first of them row 204"));
}

TEST(NumericalFailureTest, ARunAllOfWhoseStepsWereSkippedFailsHoweverShort) {
  for (int64_t steps : {1, 2, 3, 5, 12}) {
    TrainingOptions options = TinyOptions();
    options.epochs = std::nullopt;
    options.max_steps = steps;
    // Their sum is too large for a float.
    options.class_weights = {1e38, 1e38, 1e38};
    const absl::Status status = TrainTiny(options)->result.status();
    EXPECT_EQ(ReasonOf(status), "NUMERICAL_FAILURE") << steps;
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << steps;
    EXPECT_THAT(std::string(status.message()), HasSubstr("changed anything"));
  }
}

TEST(NumericalFailureTest, AStepThatIsNotFiniteChangesNothing) {
  TrainingInputs inputs = TinyInputs();
  TrainingOptions options = TinyOptions();
  SpoilFirstBatch(inputs, options);
  auto run = TrainTiny(options, inputs);
  ASSERT_TRUE(run->result.ok()) << run->result.status();
  EXPECT_THAT(run->observer.skipped,
              ElementsAre(Pair(1, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8)),
                          Pair(7, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8))));
  EXPECT_FALSE(run->observer.metrics.contains(
      std::tuple(DataSplit::kTraining, "loss", 1)));
  EXPECT_TRUE(run->observer.metrics.contains(
      std::tuple(DataSplit::kTraining, "loss", 2)));
}

TEST(NumericalFailureTest, ACutHalvesTheLearningRateAndCountsSkippedStepsAnew) {
  TrainingInputs inputs = TinyInputs();
  TrainingOptions options = TinyOptions();
  SpoilFirstBatch(inputs, options);
  options.epochs = 7;
  EXPECT_EQ(ReasonOf(TrainTiny(options, inputs)->result.status()),
            "NUMERICAL_FAILURE");
  options.learning_rate_cut = LearningRateCut{.from_step = 12, .factor = 0.5};
  auto run = TrainTiny(options, inputs);
  ASSERT_TRUE(run->result.ok()) << run->result.status();
  auto rate = [&run](int64_t step) {
    return run->observer.metrics.at(
        std::tuple(DataSplit::kTraining, "learning_rate", step));
  };
  // Linear, from 1e-3 down to 0 after 42 steps.
  EXPECT_NEAR(rate(12), 1e-3 * 31 / 38, 1e-12);
  EXPECT_NEAR(rate(14), 0.5e-3 * 29 / 38, 1e-12);
}

}  // namespace
}  // namespace tunesmith::worker
