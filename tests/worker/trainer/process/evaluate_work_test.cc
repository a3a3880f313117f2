#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/trainer/process/train_item.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;
using tunesmith::v1::Evaluation;
using tunesmith::v1::Finding;
using tunesmith::v1::JobSpec;

// The last one.
Evaluation FinalOf(const ItemRun& run) {
  Evaluation final;
  for (const internal::v1::WorkEvent& event : run.events) {
    if (event.evaluation().phase() == Evaluation::FINAL) {
      final = event.evaluation();
    }
  }
  return final;
}

class EvaluateWorkTest : public TrainItemTest {
 protected:
  // Trains a model, and makes the item one that measures it. The figures of the
  // training on test data, of `content`, are in `trained_`.
  void SetUp() override {
    TrainItemTest::SetUp();
    *work().mutable_training() = Dataset("train", "");
    *work().mutable_test() = Dataset("test", kTest);
    ItemRun run = RunItem(assignment_);
    ASSERT_EQ(run.Reason(), "") << run.outcome.error().message();
    trained_ = FinalOf(run);
    ASSERT_EQ(trained_.split(), tunesmith::v1::TEST);
    const tunesmith::v1::Task task = work().spec().task();
    base_ = work().base_model();
    work().Clear();
    work().set_job("jobs/measure");
    *work().mutable_base_model()->mutable_artifact() =
        run.outcome.train().artifact();
    auto& trained = *assignment_.add_artifacts();
    trained.set_key(run.outcome.train().artifact().key());
    trained.set_directory(output_);
    *work().mutable_spec()->mutable_task() = task;
    work().mutable_spec()->set_purpose(JobSpec::EVALUATE);
  }

  static constexpr char kTest[] =
      "text,label\nmy bill is wrong,billing\nlate parcel,delivery\n"
      "password lost,account\nwrong bill again,billing\n"
      "my password,billing\n";

  internal::v1::ModelInput base_;
  Evaluation trained_;
};

TEST_F(EvaluateWorkTest, MeasuresWhatTheTrainingMeasured) {
  *work().mutable_test() = Dataset("again", kTest);
  ItemRun run = RunItem(assignment_);
  ASSERT_EQ(run.Reason(), "") << run.outcome.error().message();
  EXPECT_TRUE(run.outcome.has_evaluate());
  Evaluation measured = FinalOf(run);
  EXPECT_EQ(measured.split(), tunesmith::v1::TEST);
  EXPECT_EQ(measured.example_count(), 5);
  EXPECT_EQ(measured.accuracy(), trained_.accuracy());
  EXPECT_NEAR(measured.loss(), trained_.loss(), 1e-5);
  EXPECT_EQ(measured.classes_size(), 3);
  ASSERT_EQ(run.Summaries().size(), 1u);
  EXPECT_EQ(run.Summaries()[0].test_rows(), 5);
  EXPECT_EQ(run.progress.back().phase(), tunesmith::v1::Progress::EVALUATING);
}

TEST_F(EvaluateWorkTest, LabelsAreThoseOfTheHead) {
  *work().mutable_test() =
      Dataset("some", "text,label\nlate parcel,delivery\nmy bill,billing\n");
  ItemRun run = RunItem(assignment_);
  ASSERT_EQ(run.Reason(), "") << run.outcome.error().message();
  ASSERT_EQ(run.FindingsWith(Finding::ABSENT_CLASS).size(), 1u);
  EXPECT_THAT(run.FindingsWith(Finding::ABSENT_CLASS)[0].message(),
              HasSubstr("account"));
  EXPECT_EQ(FinalOf(run).classes_size(), 3);

  *work().mutable_test() = Dataset("odd", "text,label\nmy bill,Billing\n");
  run = RunItem(assignment_);
  EXPECT_EQ(run.Reason(), "UNKNOWN_LABEL");
  EXPECT_THAT(run.outcome.error().message(), HasSubstr("\"Billing\""));

  work()
      .mutable_spec()
      ->mutable_data()
      ->mutable_cleaning()
      ->set_label_normalization(tunesmith::v1::CleaningPolicy::FOLD);
  run = RunItem(assignment_);
  EXPECT_EQ(run.Reason(), "") << run.outcome.error().message();
  EXPECT_EQ(FinalOf(run).example_count(), 1);
}

TEST_F(EvaluateWorkTest, AModelWithoutAHeadIsRefused) {
  *work().mutable_base_model() = base_;
  *work().mutable_test() = Dataset("again", kTest);
  ItemRun run = RunItem(assignment_);
  EXPECT_EQ(run.Reason(), "TASK_NOT_SUPPORTED");
  EXPECT_FALSE(run.outcome.retryable());
}

TEST_F(EvaluateWorkTest, ASuspendedOneIsBegunAnew) {
  std::string many = "text,label\n";
  for (int i = 0; i < 20000; ++i) many += "my bill is wrong,billing\n";
  *work().mutable_test() = Dataset("many", many);
  ItemRun run = RunItem(assignment_, [](const auto& message, auto& process) {
    if (message.progress().phase() != tunesmith::v1::Progress::LOADING) return;
    internal::v1::AgentMessage stop;
    stop.mutable_suspend();
    process.Send(stop);
  });
  EXPECT_TRUE(run.outcome.has_suspended());
}

TEST_F(EvaluateWorkTest, RunTimeHasALimit) {
  std::string many = "text,label\n";
  for (int i = 0; i < 400000; ++i) many += "my bill is wrong,billing\n";
  *work().mutable_test() = Dataset("more", many);
  work().set_run_time_left_seconds(1);
  ItemRun run = RunItem(assignment_);
  EXPECT_EQ(run.Reason(), "RUN_TIME_EXCEEDED");
  EXPECT_FALSE(run.outcome.retryable());
}

}  // namespace
}  // namespace tunesmith::worker
