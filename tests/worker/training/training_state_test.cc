#include "worker/training/training_state.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

TrainingState SomeState() {
  TrainingState state;
  state.step = 41;
  state.epoch = 3;
  state.training_examples = 1312;
  state.skipped_steps = 2;
  state.effective_steps = 37;
  state.environment = {{"threads", "2"}};
  state.baseline_done = true;
  state.evaluation_due = true;
  state.stopped_early = true;
  state.selection = {
      .best = {{.step = 40,
                .score = 0.1 + 0.2,
                .tie_score = -std::numeric_limits<double>::infinity(),
                .value = std::nextafter(0.3, 1)}},
      .evaluations_without_improvement = 2};
  EvaluationFigures figures;
  figures.phase = EvaluationPhase::kEpoch;
  figures.split = DataSplit::kTest;
  figures.step = 40;
  figures.epoch = 1.0 / 3;
  figures.loss = std::numeric_limits<double>::quiet_NaN();
  figures.accuracy = std::nextafter(0.7, 1.0);
  figures.macro_f1 = std::numeric_limits<double>::infinity();
  figures.weighted_f1 = 5e-324;
  figures.classes = {
      {.precision = 0.1, .recall = 0.2, .f1 = 0.3, .support = 4}};
  figures.confusion_matrix = {1, 2, 3, 4};
  figures.example_count = 10;
  figures.mistakes = {
      {.row = 7, .label = 1, .guess = 0, .confidence = std::nextafter(0.9, 1)}};
  figures.broken_count = 2;
  figures.first_broken_row = 3;
  figures.confusions = {{.label = 1, .guess = 0, .count = 3}};
  figures.confusion_count = 2;
  state.best = figures;
  state.evaluations = {figures, figures};
  state.curve.Add(1, 0.1 + 0.2, 1e-4);
  state.curve.Add(2, std::nextafter(0.7, 1.0), 5e-324);
  state.training_time = absl::Seconds(12.5);
  state.evaluation_time = absl::Seconds(3);
  return state;
}

TEST(TrainingStateTest, ComesBackWithTheSameBits) {
  std::string text = ToJson(SomeState()).dump();
  auto state = ParseTrainingState(nlohmann::json::parse(text));
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(ToJson(*state).dump(), text);
  EXPECT_EQ(state->step, 41);
  EXPECT_EQ(state->effective_steps, 37);
  EXPECT_EQ(state->selection.best->step, 40);
  EXPECT_EQ(state->selection.best->score, 0.1 + 0.2);
  EXPECT_EQ(state->selection.best->tie_score,
            -std::numeric_limits<double>::infinity());
  EXPECT_EQ(state->selection.best->value, std::nextafter(0.3, 1));
  EXPECT_EQ(state->selection.evaluations_without_improvement, 2);
  EXPECT_EQ(state->best->confusions, SomeState().best->confusions);
  EXPECT_EQ(state->best->confusion_count, 2);
  EXPECT_EQ(state->best->broken_count, 2);
  EXPECT_EQ(state->best->first_broken_row, 3);
  EXPECT_TRUE(std::isnan(state->best->loss));
  EXPECT_EQ(state->best->accuracy, std::nextafter(0.7, 1.0));
  EXPECT_EQ(state->best->mistakes, SomeState().best->mistakes);
  EXPECT_EQ(state->evaluations[1].macro_f1,
            std::numeric_limits<double>::infinity());
  EXPECT_EQ(state->evaluations[1].weighted_f1, 5e-324);
  ASSERT_EQ(state->curve.spans().size(), 2u);
  EXPECT_EQ(state->curve.spans()[0].loss_sum, 0.1 + 0.2);
  EXPECT_EQ(state->curve.spans()[1].loss_sum, std::nextafter(0.7, 1.0));
  EXPECT_EQ(state->curve.spans()[1].learning_rate, 5e-324);
  EXPECT_EQ(state->curve.spans()[1].last_step, 2);
  EXPECT_EQ(state->training_time, absl::Seconds(12.5));
}

TEST(TrainingStateTest, WhatWasNotThereStaysAway) {
  auto state = ParseTrainingState(ToJson(TrainingState()));
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_FALSE(state->best.has_value());
  EXPECT_FALSE(state->selection.best.has_value());
}

TEST(TrainingStateTest, OtherDocumentsAreRefused) {
  nlohmann::json state = ToJson(SomeState());
  nlohmann::json mistakes = state;
  mistakes["best"]["mistakes"][0].erase(3);
  nlohmann::json newer = state;
  newer["version"] = 3;
  nlohmann::json split = state;
  split["best"]["split"] = 9;
  nlohmann::json typed = state;
  typed["step"] = "many";
  nlohmann::json short_row = state;
  short_row["best"]["classes"][0].erase(3);
  nlohmann::json short_span = state;
  short_span["curve"][1].erase(3);
  for (const nlohmann::json& bad :
       {nlohmann::json(), nlohmann::json::array(), newer, split, typed,
        short_row, short_span, mistakes}) {
    EXPECT_EQ(ParseTrainingState(bad).status().code(),
              absl::StatusCode::kInvalidArgument)
        << bad.dump();
  }
}

}  // namespace
}  // namespace tunesmith::worker
