// A job that is paused, or whose programs die, goes on from its checkpoint with
// the bits of an undisturbed run.
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/cluster.h"

namespace tunesmith::testing {
namespace {

using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int64_t kSteps = 2000;

class ResumeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.StartServer();
    cluster_.StartWorker();
    ASSERT_NO_FATAL_FAILURE(cluster_.Prepare());
  }

  v1::JobSpec Spec() const {
    v1::JobSpec spec = cluster_.TinySpec(kSteps);
    spec.mutable_checkpoints()->set_period_steps(50);
    return spec;
  }

  v1::Job PauseAndWait(const std::string& id) {
    cluster_.Pause(id);
    return cluster_.WaitFor(id, [](const v1::Job& now) {
      return now.state() == v1::Job::PAUSED || now.has_end_time();
    });
  }

  std::vector<v1::Checkpoint> Checkpoints(const std::string& id) {
    grpc::ClientContext context;
    v1::ListCheckpointsRequest request;
    request.set_parent("jobs/" + id);
    v1::ListCheckpointsResponse response;
    grpc::Status status =
        cluster_.jobs().ListCheckpoints(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return {response.checkpoints().begin(), response.checkpoints().end()};
  }

  void WaitForCheckpoint(const std::string& id) {
    cluster_.WaitFor(id, [](const v1::Job& job) {
      return !job.latest_checkpoint().empty() || job.has_end_time();
    });
  }

  // The job's report without its name, and without the last section, which
  // tells of the attempt.
  std::string LastingReport(const std::string& id) {
    std::string report =
        cluster_.Download(id, /*include_run_record=*/true).at("report.html");
    size_t attempt = report.find("<section id=\"attempt\">");
    EXPECT_NE(attempt, std::string::npos);
    return absl::StrReplaceAll(report.substr(0, attempt), {{"jobs/" + id, ""}});
  }

  void ExpectUndisturbedResult(const std::string& id) {
    v1::Job job = cluster_.WaitForEnd(id);
    EXPECT_EQ(job.state(), v1::Job::SUCCEEDED) << job.DebugString();
    cluster_.Submit("undisturbed", job.spec());
    EXPECT_EQ(cluster_.WaitForEnd("undisturbed").state(), v1::Job::SUCCEEDED);
    EXPECT_EQ(cluster_.Download(id), cluster_.Download("undisturbed"));
    std::string report = LastingReport(id);
    EXPECT_THAT(report, HasSubstr(">billing<"));
    EXPECT_EQ(report, LastingReport("undisturbed"));
    for (const v1::JobEvent& event : cluster_.Events(id)) {
      EXPECT_NE(event.finding().code(), v1::Finding::METRIC_NOT_REPRODUCED);
    }
  }

  // The first step that attempt `attempt` did.
  int64_t FirstStep(const std::string& id, int attempt) {
    for (const v1::JobEvent& event : cluster_.Events(id)) {
      if (event.attempt() == attempt &&
          event.metric().split() == v1::TRAINING) {
        return event.metric().step();
      }
    }
    return -1;
  }

  int CountFindings(const std::string& id, v1::Finding::Code code) {
    int count = 0;
    for (const v1::JobEvent& event : cluster_.Events(id)) {
      count += event.finding().code() == code;
    }
    return count;
  }

  std::vector<std::string> CheckpointFiles(const std::string& file) {
    // What the server deletes meanwhile ends a listing: then anew.
    while (true) {
      std::vector<std::string> paths;
      std::error_code error;
      std::filesystem::recursive_directory_iterator entry(
          cluster_.directory() + "/server/artifacts", error);
      for (; !error && entry != end(entry); entry.increment(error)) {
        if (entry->path().filename() == file) paths.push_back(entry->path());
      }
      if (!error) return paths;
    }
  }

  Cluster cluster_;
};

TEST_F(ResumeTest, APausedJobHoldsNoDeviceAndGoesOnWhereItWas) {
  cluster_.Submit("paused", Spec());
  cluster_.Submit("other", cluster_.TinySpec(5));
  cluster_.WaitForSteps("paused");
  v1::Job job = PauseAndWait("paused");
  ASSERT_EQ(job.state(), v1::Job::PAUSED) << job.DebugString();
  ASSERT_THAT(job.latest_checkpoint(), Not(IsEmpty()));
  EXPECT_EQ(cluster_.WaitForEnd("other").state(), v1::Job::SUCCEEDED);
  int64_t step = Checkpoints("paused").front().step();
  cluster_.Resume("paused");
  ExpectUndisturbedResult("paused");
  EXPECT_GT(FirstStep("paused", 2), step);
}

TEST_F(ResumeTest, APausedJobOutlivesTheProgramsAndPausesAgain) {
  cluster_.Submit("paused", Spec());
  cluster_.WaitForSteps("paused");
  for (int signal : {SIGTERM, SIGKILL}) {
    ASSERT_EQ(PauseAndWait("paused").state(), v1::Job::PAUSED);
    cluster_.StopServer(signal);
    cluster_.StopWorker(signal);
    cluster_.StartServer();
    cluster_.StartWorker();
    EXPECT_EQ(cluster_.Get("paused").state(), v1::Job::PAUSED);
    int attempt = cluster_.Get("paused").attempt();
    cluster_.Resume("paused");
    cluster_.WaitForSteps("paused", attempt + 1);
  }
  ExpectUndisturbedResult("paused");
}

TEST_F(ResumeTest, AKilledTrainerGoesOnFromItsLastCheckpoint) {
  cluster_.Submit("victim", Spec());
  WaitForCheckpoint("victim");
  int64_t step = Checkpoints("victim").front().step();
  ASSERT_EQ(kill(cluster_.BusyTrainer(), SIGKILL), 0);
  ExpectUndisturbedResult("victim");
  EXPECT_EQ(cluster_.Get("victim").attempt(), 2);
  EXPECT_GT(FirstStep("victim", 2), step);
}

TEST_F(ResumeTest, AFailedJobThatIsRetriedGoesOnFromItsLastCheckpoint) {
  v1::JobSpec spec = Spec();
  spec.set_max_attempts(1);
  cluster_.Submit("victim", spec);
  WaitForCheckpoint("victim");
  int64_t step = Checkpoints("victim").front().step();
  ASSERT_EQ(kill(cluster_.BusyTrainer(), SIGKILL), 0);
  ASSERT_EQ(cluster_.WaitForEnd("victim").state(), v1::Job::FAILED);
  grpc::ClientContext context;
  v1::RetryJobRequest request;
  request.set_name("jobs/victim");
  v1::Job job;
  grpc::Status retried = cluster_.jobs().RetryJob(&context, request, &job);
  ASSERT_TRUE(retried.ok()) << retried.error_message();
  ExpectUndisturbedResult("victim");
  EXPECT_EQ(cluster_.Get("victim").attempt(), 2);
  EXPECT_GT(FirstStep("victim", 2), step);
}

TEST_F(ResumeTest, EverythingKilledGoesOnFromTheLastCheckpoint) {
  cluster_.Submit("victim", Spec());
  WaitForCheckpoint("victim");
  int64_t step = Checkpoints("victim").front().step();
  cluster_.StopWorker(SIGKILL);
  cluster_.StopServer(SIGKILL);
  cluster_.StartServer();
  cluster_.StartWorker();
  ExpectUndisturbedResult("victim");
  EXPECT_GT(FirstStep("victim", 2), step);
}

TEST_F(ResumeTest, AStoppedWorkerLeavesACheckpointAndNoFailedAttempt) {
  v1::JobSpec spec = Spec();
  spec.mutable_checkpoints()->mutable_period()->set_seconds(3600);
  spec.set_max_attempts(1);
  cluster_.Submit("job", spec);
  cluster_.WaitForSteps("job");
  cluster_.StopWorker(SIGTERM);
  v1::Job job = cluster_.Get("job");
  EXPECT_EQ(job.state(), v1::Job::QUEUED);
  ASSERT_THAT(Checkpoints("job"), SizeIs(1));
  int64_t step = Checkpoints("job").front().step();
  cluster_.StartWorker();
  ExpectUndisturbedResult("job");
  EXPECT_GT(FirstStep("job", 2), step);
}

TEST_F(ResumeTest, ADamagedCheckpointIsToldAndTheOneBeforeIsUsed) {
  cluster_.Submit("victim", Spec());
  cluster_.WaitFor("victim", [&](const v1::Job& job) {
    return Checkpoints("victim").size() == 2 || job.has_end_time();
  });
  ASSERT_EQ(PauseAndWait("victim").state(), v1::Job::PAUSED);
  std::vector<v1::Checkpoint> before = Checkpoints("victim");
  ASSERT_THAT(before, SizeIs(Ge(2)));
  const std::string newest = absl::StrCat("/", before.front().step(), "/");
  for (const std::string& path :
       CheckpointFiles("second_moments.safetensors")) {
    if (path.find(newest) == std::string::npos) continue;
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-5, std::ios::end);
    file.put('x');
  }
  cluster_.Resume("victim");
  ExpectUndisturbedResult("victim");
  EXPECT_EQ(CountFindings("victim", v1::Finding::DAMAGED_CHECKPOINT), 1);
  bool told = false;
  for (const v1::JobEvent& event : cluster_.Events("victim")) {
    told |= event.log().message() ==
            absl::StrCat("goes on after step ", before[1].step());
  }
  EXPECT_TRUE(told);
}

TEST_F(ResumeTest, OldCheckpointsLeaveTheDiskAndAllGoWithTheJob) {
  cluster_.Submit("job", Spec());
  ASSERT_EQ(cluster_.WaitForEnd("job").state(), v1::Job::SUCCEEDED);
  size_t listed = Checkpoints("job").size();
  EXPECT_LE(listed, 3u);
  EXPECT_TRUE(Eventually(
      [&] { return CheckpointFiles("state.json").size() == listed; }));
  grpc::ClientContext context;
  v1::DeleteJobRequest request;
  request.set_name("jobs/job");
  google::protobuf::Empty empty;
  ASSERT_TRUE(cluster_.jobs().DeleteJob(&context, request, &empty).ok());
  EXPECT_TRUE(
      Eventually([&] { return CheckpointFiles("state.json").empty(); }));
}

}  // namespace
}  // namespace tunesmith::testing
