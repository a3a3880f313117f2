// One training slot: what waits, what does not, and how jobs are cancelled.
#include <signal.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/cluster.h"

namespace tunesmith::testing {
namespace {

using ::testing::HasSubstr;

// Longer than any test: the job is cancelled.
constexpr int64_t kEndless = 10'000'000;

class QueueTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.StartServer();
    cluster_.StartWorker();
    ASSERT_NO_FATAL_FAILURE(cluster_.Prepare());
  }

  Cluster cluster_;
};

TEST_F(QueueTest, SecondJobWaitsWithAReason) {
  cluster_.Submit("first", cluster_.TinySpec(kEndless));
  cluster_.WaitForSteps("first");

  cluster_.Submit("second", cluster_.TinySpec(5));
  v1::Job second = cluster_.Get("second");

  EXPECT_EQ(second.state(), v1::Job::QUEUED);
  EXPECT_EQ(second.wait().reason(), v1::Wait::SLOTS_BUSY);
  EXPECT_EQ(second.wait().position(), 1);
  EXPECT_THAT(second.wait().message(), HasSubstr("jobs/first"));

  cluster_.Cancel("first");
  EXPECT_EQ(cluster_.WaitForEnd("second").state(), v1::Job::SUCCEEDED);
}

TEST_F(QueueTest, JobWithoutAWorkerSaysSo) {
  cluster_.StopWorker(SIGTERM);

  cluster_.Submit("lonely", cluster_.TinySpec(5));

  v1::Job job = cluster_.WaitFor("lonely", [](const v1::Job& job) {
    return job.wait().reason() == v1::Wait::NO_WORKER;
  });
  EXPECT_EQ(job.state(), v1::Job::QUEUED);
  cluster_.StartWorker();
  EXPECT_EQ(cluster_.WaitForEnd("lonely").state(), v1::Job::SUCCEEDED);
}

TEST_F(QueueTest, InspectAndImportDoNotWaitBehindTraining) {
  cluster_.Submit("first", cluster_.TinySpec(kEndless));
  cluster_.WaitForSteps("first");

  EXPECT_EQ(cluster_.CreateDataset("another", "tiny.csv").state(),
            v1::Dataset::READY);
  EXPECT_EQ(cluster_.Import("another", "tiny").state(), v1::Model::READY);

  EXPECT_EQ(cluster_.Get("first").state(), v1::Job::RUNNING);
  cluster_.Cancel("first");
}

TEST_F(QueueTest, CancellingAWaitingJobEndsItAtOnce) {
  cluster_.Submit("first", cluster_.TinySpec(kEndless));
  cluster_.WaitForSteps("first");
  cluster_.Submit("second", cluster_.TinySpec(5));

  EXPECT_EQ(cluster_.Cancel("second").state(), v1::Job::CANCELLED);

  cluster_.Cancel("first");
}

TEST_F(QueueTest, CancellingARunningJobFreesItsSlot) {
  cluster_.Submit("first", cluster_.TinySpec(kEndless));
  cluster_.WaitForSteps("first");

  EXPECT_EQ(cluster_.Cancel("first").state(), v1::Job::CANCELLING);

  EXPECT_EQ(cluster_.WaitForEnd("first").state(), v1::Job::CANCELLED);
  cluster_.Submit("second", cluster_.TinySpec(5));
  EXPECT_EQ(cluster_.WaitForEnd("second").state(), v1::Job::SUCCEEDED);
}

TEST_F(QueueTest, StoppedTrainerIsKilledWhenTheJobIsCancelled) {
  cluster_.Submit("first", cluster_.TinySpec(kEndless));
  cluster_.WaitForSteps("first");
  pid_t trainer = cluster_.BusyTrainer();
  ASSERT_EQ(kill(trainer, SIGSTOP), 0);

  cluster_.Cancel("first");

  EXPECT_EQ(cluster_.WaitForEnd("first").state(), v1::Job::CANCELLED);
  EXPECT_TRUE(Eventually([&] { return kill(trainer, 0) != 0; }));
}

TEST_F(QueueTest, RunTimeLimitEndsTheJob) {
  v1::JobSpec spec = cluster_.TinySpec(kEndless);
  spec.mutable_max_run_time()->set_seconds(1);

  cluster_.Submit("slow", spec);

  v1::Job job = cluster_.WaitForEnd("slow");
  EXPECT_EQ(job.state(), v1::Job::FAILED);
  EXPECT_EQ(job.error().code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

}  // namespace
}  // namespace tunesmith::testing
