// Jobs that go on from another job's checkpoint.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/error.h"
#include "server/lifecycle/artifact_keys.h"
#include "server/lifecycle/checkpoint_table.h"
#include "tests/server/lifecycle/lifecycle_fixture.h"

namespace tunesmith::server {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using v1::Job;

class ForkJobTest : public ::testing::Test {
 protected:
  // jobs/a has checkpoints after the steps 10 and 20 and was paused there.
  void SetUp() override {
    plane_.AddInputs();
    v1::CreateJobRequest request = JobRequest("a");
    request.mutable_job()
        ->mutable_spec()
        ->mutable_hyperparameters()
        ->set_max_steps(30);
    ASSERT_TRUE(plane_.Create(request).ok());
    WorkRow row = plane_.Lease().value();
    key_of_20_ = CheckpointEvent(2, row, 20).checkpoint().artifact().key();
    ASSERT_TRUE(plane_.Pause("a").ok());
    ASSERT_TRUE(plane_
                    .Report(row.lease(),
                            {CheckpointEvent(1, row, 10),
                             CheckpointEvent(2, row, 20), SuspendedEvent(3)})
                    .ok());
  }

  static v1::ForkJobRequest Request(const std::string& name,
                                    int64_t max_steps = 50) {
    v1::ForkJobRequest request;
    request.set_name(name);
    request.set_job_id("b");
    request.mutable_job()
        ->mutable_spec()
        ->mutable_hyperparameters()
        ->set_max_steps(max_steps);
    return request;
  }

  std::string MessageOf(const v1::ForkJobRequest& request,
                        v1::ErrorReason reason) {
    absl::Status status = plane_.Fork(request).status();
    EXPECT_EQ(ErrorReasonOf(status), reason) << status;
    return std::string(status.message());
  }

  bool IsInUse(const std::string& key) {
    return plane_.Ask([](Connection& db) { return FindArtifactsInUse(db); })
        .value()
        .Contains(key);
  }

  TestControlPlane plane_;
  std::string key_of_20_;
};

TEST_F(ForkJobTest, BeginsAtTheNewestCheckpointWithAChangedSpec) {
  v1::ForkJobRequest request = Request("jobs/a");
  request.mutable_job()->set_display_name("Longer");
  request.mutable_job()->mutable_spec()->mutable_freeze()->mutable_backbone();
  Job job = plane_.Fork(request).value();
  EXPECT_EQ(job.name(), "jobs/b");
  EXPECT_EQ(job.state(), Job::QUEUED);
  EXPECT_EQ(job.display_name(), "Longer");
  EXPECT_EQ(job.forked_from(), "jobs/a/checkpoints/20");
  EXPECT_THAT(job.lineage(),
              ElementsAre("jobs/a/checkpoints/20", "models/bert"));
  EXPECT_EQ(job.latest_checkpoint(), "jobs/b/checkpoints/20");
  EXPECT_EQ(job.spec().base_model(), "models/bert");
  EXPECT_EQ(job.resolved_spec().hyperparameters().max_steps(), 50);
  EXPECT_TRUE(job.resolved_spec().freeze().has_backbone());

  WorkRow row = plane_.Lease().value();
  row = plane_.WorkOf(job.uid()).value();
  const internal::v1::TrainWork& work = row.item.train();
  EXPECT_EQ(work.first_step(), 20);
  EXPECT_TRUE(work.is_fork());
  ASSERT_THAT(work.checkpoints(), SizeIs(1));
  EXPECT_EQ(work.checkpoints(0).artifact().key(), key_of_20_);
  EXPECT_TRUE(work.parameters(0).frozen());
}

TEST_F(ForkJobTest, BeginsAtTheCheckpointThatIsNamed) {
  EXPECT_EQ(plane_.Fork(Request("jobs/a/checkpoints/10")).value().forked_from(),
            "jobs/a/checkpoints/10");
}

TEST_F(ForkJobTest, TheCheckpointStaysForAsLongAsOneOfThemIsThere) {
  ASSERT_TRUE(plane_.Fork(Request("jobs/a")).ok());
  ASSERT_TRUE(plane_.Cancel("a").ok());
  ASSERT_TRUE(plane_.Delete("a").ok());
  EXPECT_THAT(plane_.observer.released, Not(Contains(key_of_20_)));
  EXPECT_TRUE(IsInUse(key_of_20_));
  ASSERT_TRUE(plane_.Cancel("b").ok());
  ASSERT_TRUE(plane_.Delete("b").ok());
  EXPECT_THAT(plane_.observer.released, Contains(key_of_20_));
  EXPECT_FALSE(IsInUse(key_of_20_));
}

TEST_F(ForkJobTest, ItsBeginIsKeptBesideNewerCheckpoints) {
  Job job = plane_.Fork(Request("jobs/a")).value();
  WorkRow row = plane_.Lease().value();
  std::vector<internal::v1::WorkEvent> events;
  for (int i = 1; i <= 5; ++i) {
    events.push_back(CheckpointEvent(i, row, 20 + i));
  }
  ASSERT_TRUE(plane_.Report(row.lease(), events).ok());
  auto rows = plane_.Ask([&](Connection& db) {
    return CheckpointTable::List(db, {TestControlPlane::kTenant, job.uid()});
  });
  std::vector<int64_t> steps;
  for (const CheckpointRow& kept : rows.value()) {
    steps.push_back(kept.checkpoint.step());
  }
  EXPECT_THAT(steps, ElementsAre(25, 24, 20));
}

TEST_F(ForkJobTest, AForkOfAForkHasTheWholeLineage) {
  ASSERT_TRUE(plane_.Fork(Request("jobs/a")).ok());
  v1::ForkJobRequest request = Request("jobs/b");
  request.set_job_id("c");
  Job job = plane_.Fork(request).value();
  EXPECT_THAT(job.lineage(),
              ElementsAre("jobs/b/checkpoints/20", "jobs/a/checkpoints/20",
                          "models/bert"));
  // The model's record has it too, and what is made from the model.
  ASSERT_TRUE(plane_.Cancel("b").ok());
  WorkRow row = plane_.Lease().value();
  ASSERT_TRUE(plane_.Report(row.lease(), {SuccessEvent(1, row)}).ok());
  EXPECT_THAT(plane_.FindModel("c")->model.origin().lineage(),
              ElementsAre("jobs/b/checkpoints/20", "jobs/a/checkpoints/20",
                          "models/bert"));
  v1::CreateJobRequest next = JobRequest("d");
  next.mutable_job()->mutable_spec()->set_base_model("models/c");
  EXPECT_THAT(plane_.Create(next)->job().lineage(),
              ElementsAre("models/c", "jobs/b/checkpoints/20",
                          "jobs/a/checkpoints/20", "models/bert"));
}

TEST_F(ForkJobTest, TheSameRequestGetsTheSameJob) {
  v1::ForkJobRequest request = Request("jobs/a");
  request.clear_job_id();
  request.set_request_id("once");
  Job first = plane_.Fork(request).value();
  EXPECT_EQ(plane_.Fork(request).value().uid(), first.uid());
  request.set_name("jobs/a/checkpoints/10");
  MessageOf(request, v1::ERROR_REASON_REQUEST_ID_REUSED);
}

TEST_F(ForkJobTest, BadRequestsAreNamed) {
  EXPECT_THAT(MessageOf(Request("a"), v1::ERROR_REASON_INVALID_FIELD),
              HasSubstr("name: "));
  EXPECT_THAT(MessageOf(Request("jobs/a/checkpoints/x"),
                        v1::ERROR_REASON_INVALID_FIELD),
              HasSubstr("jobs/{id}/checkpoints/{step}"));
  MessageOf(Request("jobs/none"), v1::ERROR_REASON_RESOURCE_NOT_FOUND);
  EXPECT_THAT(MessageOf(Request("jobs/a/checkpoints/11"),
                        v1::ERROR_REASON_RESOURCE_NOT_FOUND),
              HasSubstr("jobs/a/checkpoints/20"));
  EXPECT_THAT(MessageOf(Request("jobs/a", 20), v1::ERROR_REASON_INVALID_FIELD),
              HasSubstr("job.spec.hyperparameters.max_steps: "));
  v1::ForkJobRequest request = Request("jobs/a");
  request.mutable_job()->mutable_spec()->set_seed(1);
  request.mutable_job()->mutable_spec()->mutable_data()->set_test(
      "datasets/train");
  EXPECT_THAT(
      MessageOf(request, v1::ERROR_REASON_INVALID_FIELD),
      AllOf(HasSubstr("job.spec.seed: "), HasSubstr("job.spec.data: ")));
  request = Request("jobs/a");
  request.mutable_update_mask()->add_paths("nonsense");
  EXPECT_THAT(MessageOf(request, v1::ERROR_REASON_INVALID_FIELD),
              HasSubstr("update_mask.paths[0]: "));
  request = Request("jobs/a");
  request.set_job_id("a");
  MessageOf(request, v1::ERROR_REASON_RESOURCE_EXISTS);
}

TEST_F(ForkJobTest, AJobWithoutCheckpointsCannotBeForked) {
  ASSERT_TRUE(plane_.Create(JobRequest("fresh")).ok());
  MessageOf(Request("jobs/fresh"), v1::ERROR_REASON_RESOURCE_NOT_READY);
}

TEST_F(ForkJobTest, AnotherDatasetUnderTheNameIsNotTakenForTheSame) {
  ASSERT_TRUE(plane_.Cancel("a").ok());
  ASSERT_TRUE(plane_
                  .Run([&](Transaction& tx) {
                    return DeleteDataset(tx, plane_.context,
                                         TestControlPlane::kTenant, "train");
                  })
                  .ok());
  NewDataset other;
  other.id = "train";
  other.uid = "another-uid";
  other.file_name = "train.csv";
  other.artifact.set_key("another-uid/1");
  ASSERT_TRUE(plane_
                  .Run([&](Transaction& tx) {
                    return CreateDataset(tx, plane_.context,
                                         TestControlPlane::kTenant, other);
                  })
                  .ok());
  WorkRow row = plane_.Lease(v1::Slot::AUXILIARY).value();
  ASSERT_TRUE(plane_
                  .Report(row.lease(),
                          {InspectedEvent(
                              1, SampleDataset("datasets/train",
                                               {{"pos", 60}, {"neg", 40}}))})
                  .ok());
  MessageOf(Request("jobs/a"), v1::ERROR_REASON_INPUT_CHANGED);
}

}  // namespace
}  // namespace tunesmith::server
