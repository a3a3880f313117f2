// Real processes are killed in the middle of a job. Whatever dies, the job
// finishes with the bits of an undisturbed run, its history has no gap, and
// exactly one result is accepted.
#include <signal.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/cluster.h"
#include "tests/end_to_end/memory_group.h"

namespace tunesmith::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Long enough to be killed in the middle, in every attempt.
constexpr int64_t kSteps = 2000;

class CrashTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.StartServer();
    cluster_.StartWorker();
    ASSERT_NO_FATAL_FAILURE(cluster_.Prepare());
  }

  // Trains without disturbance; the model's files.
  std::map<std::string, std::string> UndisturbedModel() {
    cluster_.Submit("undisturbed", cluster_.TinySpec(kSteps));
    EXPECT_EQ(cluster_.WaitForEnd("undisturbed").state(), v1::Job::SUCCEEDED);
    return cluster_.Download("undisturbed");
  }

  void ExpectWholeHistory(const std::string& id) {
    int64_t sequence = 0;
    int succeeded = 0;
    for (const v1::JobEvent& event : cluster_.Events(id)) {
      EXPECT_EQ(event.sequence(), ++sequence);
      if (event.finding().code() == v1::Finding::METRIC_NOT_REPRODUCED) {
        ADD_FAILURE() << event.DebugString();
      }
      if (event.state_changed().to() == v1::Job::SUCCEEDED) ++succeeded;
    }
    EXPECT_EQ(succeeded, 1);
  }

  int ModelCount() {
    grpc::ClientContext context;
    v1::ListModelsResponse response;
    EXPECT_TRUE(cluster_.models()
                    .ListModels(&context, v1::ListModelsRequest(), &response)
                    .ok());
    return response.models_size();
  }

  void ExpectSameResult(const v1::Job& job, const std::string& id) {
    EXPECT_EQ(job.state(), v1::Job::SUCCEEDED) << job.DebugString();
    ExpectWholeHistory(id);
    EXPECT_EQ(cluster_.Download(id), UndisturbedModel());
    // The tiny model and the two results: nothing was accepted twice.
    EXPECT_EQ(ModelCount(), 3);
  }

  Cluster cluster_;
};

TEST_F(CrashTest, KilledTrainerIsReplaced) {
  cluster_.Submit("victim", cluster_.TinySpec(kSteps));
  cluster_.WaitForSteps("victim");
  ASSERT_EQ(kill(cluster_.BusyTrainer(), SIGKILL), 0);

  v1::Job job = cluster_.WaitForEnd("victim");

  EXPECT_EQ(job.attempt(), 2);
  ExpectSameResult(job, "victim");
}

TEST_F(CrashTest, StoppedTrainerIsReplacedAndCostsNoAttempt) {
  cluster_.StopWorker(SIGTERM);
  cluster_.StartWorker({"--trainer-timeout=3s"});
  v1::JobSpec spec = cluster_.TinySpec(kSteps);
  spec.set_max_attempts(1);
  cluster_.Submit("victim", spec);
  cluster_.WaitForSteps("victim");
  ASSERT_EQ(kill(cluster_.BusyTrainer(), SIGSTOP), 0);

  v1::Job job = cluster_.WaitForEnd("victim");

  EXPECT_EQ(job.attempt(), 2);
  ExpectSameResult(job, "victim");
}

TEST_F(CrashTest, AbortedTrainerIsReplacedAndTheCauseIsTold) {
  cluster_.Submit("victim", cluster_.TinySpec(kSteps));
  cluster_.WaitForSteps("victim");
  ASSERT_EQ(kill(cluster_.BusyTrainer(), SIGABRT), 0);

  v1::Job job = cluster_.WaitForEnd("victim");

  EXPECT_EQ(job.state(), v1::Job::SUCCEEDED);
  std::string causes;
  for (const v1::JobEvent& event : cluster_.Events("victim")) {
    causes += event.state_changed().error().message();
  }
  EXPECT_THAT(causes, HasSubstr("signal 6"));
}

TEST_F(CrashTest, TrainerThatKeepsDyingFailsTheJobAfterItsLastAttempt) {
  v1::JobSpec spec = cluster_.TinySpec(kSteps);
  spec.set_max_attempts(2);
  cluster_.Submit("victim", spec);
  for (int attempt = 1; attempt <= 2; ++attempt) {
    cluster_.WaitForSteps("victim", attempt);
    ASSERT_EQ(kill(cluster_.BusyTrainer(), SIGKILL), 0);
  }

  v1::Job job = cluster_.WaitForEnd("victim");

  EXPECT_EQ(job.state(), v1::Job::FAILED);
  EXPECT_EQ(job.attempt(), 2);
  EXPECT_THAT(job.error().message(), HasSubstr("signal 9"));
  EXPECT_EQ(ModelCount(), 1);
}

TEST_F(CrashTest, TrainerKilledForMemoryIsReplacedByOneThatTakesFewerRows) {
  // Less than a trainer takes in the next second.
  std::optional<MemoryGroup> group = MemoryGroup::Create(64 << 10);
  if (!group.has_value()) {
    GTEST_SKIP() << "this user may not make a control group for memory";
  }
  v1::JobSpec spec = cluster_.TinySpec(kSteps);
  spec.set_max_attempts(1);
  cluster_.Submit("victim", spec);
  cluster_.WaitForSteps("victim");
  ASSERT_TRUE(group->Add(cluster_.BusyTrainer()));

  v1::Job job = cluster_.WaitForEnd("victim");

  EXPECT_EQ(job.state(), v1::Job::SUCCEEDED) << job.DebugString();
  EXPECT_EQ(job.attempt(), 2);
  EXPECT_EQ(job.execution().microbatch(), 4);
  EXPECT_EQ(job.execution().microbatches_size(), 1);
  ExpectWholeHistory("victim");
}

TEST_F(CrashTest, OneRowThatDoesNotFitFailsItsJobAndNoOther) {
  std::optional<MemoryGroup> group = MemoryGroup::Create(64 << 10);
  if (!group.has_value()) {
    GTEST_SKIP() << "this user may not make a control group for memory";
  }
  v1::JobSpec spec = cluster_.TinySpec(kSteps);
  spec.mutable_hyperparameters()->set_batch_size(1);
  cluster_.Submit("victim", spec);
  cluster_.Submit("bystander", cluster_.TinySpec(5));
  cluster_.WaitForSteps("victim");
  ASSERT_TRUE(group->Add(cluster_.BusyTrainer()));

  v1::Job job = cluster_.WaitForEnd("victim");

  EXPECT_EQ(job.state(), v1::Job::FAILED);
  EXPECT_EQ(job.attempt(), 1);
  EXPECT_THAT(job.error().message(), HasSubstr("ran out of memory"));
  EXPECT_EQ(cluster_.WaitForEnd("bystander").state(), v1::Job::SUCCEEDED);
}

TEST_F(CrashTest, KilledWorkerComesBackAndRepeatsTheAttempt) {
  cluster_.Submit("victim", cluster_.TinySpec(kSteps));
  cluster_.WaitForSteps("victim");
  pid_t trainer = cluster_.BusyTrainer();
  cluster_.StopWorker(SIGKILL);
  // No trainer outlives its worker.
  EXPECT_TRUE(Eventually([&] { return kill(trainer, 0) != 0; }));
  cluster_.StartWorker();

  v1::Job job = cluster_.WaitForEnd("victim");

  EXPECT_EQ(job.attempt(), 2);
  ExpectSameResult(job, "victim");
}

TEST_F(CrashTest, KilledServerComesBackWhileTheTrainerGoesOn) {
  cluster_.Submit("victim", cluster_.TinySpec(kSteps));
  cluster_.WaitForSteps("victim");
  cluster_.StopServer(SIGKILL);
  cluster_.StartServer();

  v1::Job job = cluster_.WaitForEnd("victim");

  EXPECT_EQ(job.attempt(), 1);
  ExpectSameResult(job, "victim");
}

TEST_F(CrashTest, StoppedServerComesBackWhileTheTrainerGoesOn) {
  cluster_.Submit("victim", cluster_.TinySpec(kSteps));
  cluster_.WaitForSteps("victim");
  cluster_.StopServer(SIGTERM);
  cluster_.StartServer();

  v1::Job job = cluster_.WaitForEnd("victim");

  EXPECT_EQ(job.attempt(), 1);
  ExpectSameResult(job, "victim");
}

TEST_F(CrashTest, EverythingKilledAtOnceLosesNothing) {
  cluster_.Submit("victim", cluster_.TinySpec(kSteps));
  cluster_.WaitForSteps("victim");
  cluster_.StopServer(SIGKILL);
  cluster_.StopWorker(SIGKILL);
  cluster_.StartServer();
  cluster_.StartWorker();

  v1::Job job = cluster_.WaitForEnd("victim");

  EXPECT_EQ(job.attempt(), 2);
  ExpectSameResult(job, "victim");
}

TEST_F(CrashTest, OtherJobsGoOnWhenOneTrainerDies) {
  cluster_.Submit("victim", cluster_.TinySpec(kSteps));
  cluster_.Submit("bystander", cluster_.TinySpec(5));
  cluster_.WaitForSteps("victim");
  ASSERT_EQ(kill(cluster_.BusyTrainer(), SIGKILL), 0);

  EXPECT_EQ(cluster_.WaitForEnd("bystander").state(), v1::Job::SUCCEEDED);
  EXPECT_EQ(cluster_.WaitForEnd("victim").state(), v1::Job::SUCCEEDED);
}

}  // namespace
}  // namespace tunesmith::testing
