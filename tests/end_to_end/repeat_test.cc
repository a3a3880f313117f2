// Jobs that go on from another job's checkpoint, or repeat it, with the real
// programs.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/cluster.h"

namespace tunesmith::testing {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using v1::Comparison;
using v1::Job;

class RepeatTest : public ::testing::Test {
 protected:
  // jobs/first has 60 steps and checkpoints on the way.
  void SetUp() override {
    cluster_.StartServer();
    cluster_.StartWorker();
    ASSERT_NO_FATAL_FAILURE(cluster_.Prepare());
    v1::JobSpec spec = cluster_.TinySpec(60);
    spec.mutable_checkpoints()->set_period_steps(20);
    cluster_.Submit("first", spec);
    first_ = cluster_.WaitForEnd("first");
    ASSERT_EQ(first_.state(), Job::SUCCEEDED) << first_.DebugString();
  }

  Job End(const std::string& id) {
    Job job = cluster_.WaitForEnd(id);
    EXPECT_EQ(job.state(), Job::SUCCEEDED) << job.DebugString();
    return job;
  }

  std::string WeightsDigest(const std::string& id) {
    grpc::ClientContext context;
    v1::GetModelRequest request;
    request.set_name("models/" + id);
    v1::Model model;
    EXPECT_TRUE(cluster_.models().GetModel(&context, request, &model).ok());
    return model.weights_digest();
  }

  Cluster cluster_;
  Job first_;
};

TEST_F(RepeatTest, AStretchIsRepeatedToTheBit) {
  cluster_.Verify("first", "again");
  Comparison comparison = End("again").comparison();
  EXPECT_EQ(comparison.verdict(), Comparison::EQUAL)
      << comparison.DebugString();
  EXPECT_THAT(comparison.expected_digest(), Not(IsEmpty()));
  EXPECT_EQ(comparison.digest(), comparison.expected_digest());
  EXPECT_LT(comparison.from_step(), comparison.to_step());
}

TEST_F(RepeatTest, AJobIsReproducedToTheBit) {
  cluster_.Reproduce("first", "again");
  Comparison comparison = End("again").comparison();
  EXPECT_EQ(comparison.verdict(), Comparison::EQUAL)
      << comparison.DebugString();
  EXPECT_EQ(comparison.digest(), WeightsDigest("first"));
  EXPECT_EQ(cluster_.Download("again"), cluster_.Download("first"));
}

TEST_F(RepeatTest, AForkGoesOnAndIsReproducedItself) {
  v1::JobSpec changes;
  changes.mutable_hyperparameters()->set_max_steps(90);
  changes.mutable_freeze()->mutable_backbone();
  Job fork = cluster_.Fork("first", "longer", changes);
  EXPECT_EQ(fork.forked_from(), first_.latest_checkpoint());
  EXPECT_EQ(End("longer").resolved_spec().hyperparameters().max_steps(), 90);
  for (const v1::JobEvent& event : cluster_.Events("longer")) {
    if (!event.has_metric()) continue;
    EXPECT_GE(event.metric().step(), 40);
    EXPECT_LE(event.metric().step(), 90);
  }
  EXPECT_NE(WeightsDigest("longer"), WeightsDigest("first"));
  cluster_.Reproduce("longer", "again");
  EXPECT_EQ(End("again").comparison().verdict(), Comparison::EQUAL);
}

TEST_F(RepeatTest, ACheckpointIsDownloadedAsAModel) {
  auto files = cluster_.Download(first_.latest_checkpoint());
  EXPECT_THAT(files, Contains(Key("model.safetensors")));
  auto result = cluster_.Download("first");
  auto names = [](const auto& directory) {
    std::vector<std::string> all;
    for (const auto& [name, content] : directory) all.push_back(name);
    return all;
  };
  EXPECT_EQ(names(files), names(result));
  EXPECT_EQ(files.at("config.json"), result.at("config.json"));
}

}  // namespace
}  // namespace tunesmith::testing
