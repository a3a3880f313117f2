// A job with steps that are not finite goes back to its last checkpoint once,
// with half the learning rate, and then ends with a cause.
#include <cstdint>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/cluster.h"

namespace tunesmith::testing {
namespace {

using ::testing::HasSubstr;

TEST(RollbackTest, AJobGoesBackOnceAndThenEndsWithTheRowsNamed) {
  Cluster cluster;
  cluster.StartServer();
  cluster.StartWorker();
  ASSERT_NO_FATAL_FAILURE(cluster.Prepare());
  v1::JobSpec spec = cluster.TinySpec(300);
  // Weights become four times as large in every step, until products of them
  // are no numbers any more.
  spec.mutable_hyperparameters()->set_learning_rate(5);
  spec.mutable_hyperparameters()->set_weight_decay(1);
  spec.mutable_hyperparameters()->set_warmup_fraction(0);
  spec.mutable_checkpoints()->set_period_steps(12);
  cluster.Submit("job", spec);
  v1::Job job = cluster.WaitForEnd("job");

  EXPECT_EQ(job.state(), v1::Job::FAILED) << job.DebugString();
  EXPECT_THAT(job.error().message(), HasSubstr("not finite"));
  EXPECT_THAT(job.error().message(), HasSubstr("rows of its batch: "));
  const v1::Execution::LearningRateCut& cut =
      job.execution().learning_rate_cut();
  EXPECT_EQ(cut.factor(), 0.5);
  EXPECT_GT(cut.from_step(), 0);

  int rolled_back = 0;
  int64_t first_step_after = 0;
  for (const v1::JobEvent& event : cluster.Events("job")) {
    rolled_back += event.finding().code() == v1::Finding::ROLLED_BACK;
    EXPECT_NE(event.finding().code(), v1::Finding::METRIC_NOT_REPRODUCED);
    if (event.attempt() > 1 && first_step_after == 0 &&
        event.metric().split() == v1::TRAINING) {
      first_step_after = event.metric().step();
    }
  }
  EXPECT_EQ(rolled_back, 1);
  EXPECT_GT(first_step_after, cut.from_step());
  // What was good stays.
  EXPECT_FALSE(job.latest_checkpoint().empty());
}

}  // namespace
}  // namespace tunesmith::testing
