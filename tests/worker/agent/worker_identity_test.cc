#include "worker/agent/worker_identity.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/agent/fakes.h"

namespace tunesmith::worker {
namespace {

class WorkerIdentityTest : public ::testing::Test {
 protected:
  WorkerIdentityTest() {
    std::string name = ::testing::TempDir() + "identity-XXXXXX";
    root_ = mkdtemp(name.data());
  }
  ~WorkerIdentityTest() override { std::filesystem::remove_all(root_); }

  std::unique_ptr<WorkerIdentity> Open(const std::string& name) {
    auto identity = WorkerIdentity::Open(root_ + "/" + name, clock_);
    EXPECT_TRUE(identity.ok()) << identity.status();
    return identity.ok() ? *std::move(identity) : nullptr;
  }

  std::string root_;
  FakeClock clock_;
};

TEST_F(WorkerIdentityTest, ItIsTheSameAfterARestartAndAnotherElsewhere) {
  auto first = Open("a");
  EXPECT_THAT(first->instance_id(), ::testing::MatchesRegex("[0-9a-f]+"));
  EXPECT_EQ(first->instance_id().size(), 32u);
  const std::string id = first->instance_id();
  first.reset();
  EXPECT_EQ(Open("a")->instance_id(), id);
  EXPECT_NE(Open("b")->instance_id(), id);
}

TEST_F(WorkerIdentityTest, StartsAreInOrderWhenTheWallClockIsSetBack) {
  int64_t first = Open("a")->boot_id();
  EXPECT_EQ(first, absl::ToUnixNanos(clock_.Now()));
  clock_.Advance(-absl::Minutes(10));
  EXPECT_EQ(Open("a")->boot_id(), first + 1);
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Open("a")->boot_id(), absl::ToUnixNanos(clock_.Now()));
}

TEST_F(WorkerIdentityTest, OneProcessHasTheDirectory) {
  auto first = Open("a");
  auto second = WorkerIdentity::Open(root_ + "/a", clock_);
  ASSERT_TRUE(absl::IsFailedPrecondition(second.status())) << second.status();
  EXPECT_THAT(std::string(second.status().message()),
              ::testing::HasSubstr("--worker-id"));
  first.reset();
  EXPECT_NE(Open("a"), nullptr);
}

TEST_F(WorkerIdentityTest, WhatIsUnreadableIsMadeAnew) {
  const std::string id = Open("a")->instance_id();
  std::ofstream(root_ + "/a/identity.json") << "{\"instance_id\": 3}";
  auto made = Open("a");
  EXPECT_NE(made->instance_id(), id);
  EXPECT_EQ(made->instance_id().size(), 32u);
}

TEST_F(WorkerIdentityTest, ADirectoryThatCannotBeMadeIsNamed) {
  std::ofstream(root_ + "/file") << "in the way";
  auto refused = WorkerIdentity::Open(root_ + "/file/a", clock_);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(std::string(refused.status().message()),
              ::testing::HasSubstr(root_ + "/file/a"));
}

TEST(DefaultStateDirectoryTest,
     LiesBesideTheArtifactsAndTellsWorkerAndMachine) {
  EXPECT_THAT(DefaultStateDirectory("/data/artifacts", "w1"),
              ::testing::MatchesRegex("/data/workers/w1-[0-9a-f]+"));
}

}  // namespace
}  // namespace tunesmith::worker
