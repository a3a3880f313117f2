#include "worker/trainer/run_findings.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TrainingInputs Inputs(int rows) {
  TrainingInputs inputs;
  inputs.labels = {"a", "b", "c"};
  for (int i = 0; i < rows; ++i) {
    inputs.training.push_back({.row = i + 1, .token_ids = {1}, .label = i % 3});
  }
  return inputs;
}

TrainingOptions Options(double epochs) {
  TrainingOptions options;
  options.batch_size = 8;
  options.epochs = epochs;
  return options;
}

TEST(FindingsOfRunTest, AnUsualRunHasNone) {
  EXPECT_THAT(FindingsOfRun(Inputs(40), Options(2)), IsEmpty());
}

TEST(FindingsOfRunTest, FewStepsAreAWarningThatSaysWhatToDo) {
  auto findings = FindingsOfRun(Inputs(40), Options(1));
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].code, FindingCode::kFewSteps);
  EXPECT_EQ(findings[0].severity, FindingSeverity::kWarning);
  EXPECT_EQ(findings[0].count, 5);
  EXPECT_THAT(findings[0].message, HasSubstr("the run has 5 steps of 8 rows"));
  EXPECT_THAT(findings[0].suggestion, HasSubstr("more epochs"));
}

TEST(FindingsOfRunTest, ARunThatDoesNotSeeAllRowsIsToldHoweverLong) {
  TrainingOptions options = Options(0);
  options.epochs.reset();
  options.max_steps = 40;
  auto findings = FindingsOfRun(Inputs(800), options);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(findings[0].message, HasSubstr("an epoch has 100"));
  EXPECT_THAT(findings[0].suggestion, HasSubstr("raise max_steps"));
}

TEST(FindingsOfRunTest, ClassesThatASplitLacksAreANote) {
  TrainingInputs inputs = Inputs(40);
  inputs.validation = {{.row = 1, .token_ids = {1}, .label = 0}};
  inputs.test = inputs.training;
  auto findings = FindingsOfRun(inputs, Options(2));
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].code, FindingCode::kAbsentClass);
  EXPECT_EQ(findings[0].severity, FindingSeverity::kNote);
  EXPECT_EQ(findings[0].count, 2);
  EXPECT_THAT(
      findings[0].message,
      HasSubstr("validation data hold no row of 2 of 3 classes (b, c)"));
}

TEST(FindingsOfRunTest, AreShortHoweverManyAndLongTheLabels) {
  TrainingInputs inputs = Inputs(40);
  for (int i = 0; i < 10'000; ++i) {
    inputs.labels.push_back(std::to_string(i) + std::string(5'000, 'x'));
  }
  inputs.test = inputs.training;
  auto findings = FindingsOfRun(inputs, Options(2));
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].count, 10'000);
  EXPECT_LT(findings[0].message.size(), 2'000u);
  EXPECT_THAT(findings[0].message, Not(HasSubstr("10002")));
}

}  // namespace
}  // namespace tunesmith::worker
