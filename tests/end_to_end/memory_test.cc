// A trainer that takes more memory than its slot may is ended before it takes
// that of others, and its job goes on with less.
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/cluster.h"

namespace tunesmith::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Lt;

// A batch of these rows takes more than kLimitMiB, a quarter of it does not.
constexpr int kRows = 4096;
constexpr int kWords = 60;
constexpr int64_t kLimitMiB = 512;

class MemoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.StartServer();
    cluster_.StartWorker({"--cpu-slots=2",
                          absl::StrCat("--slot-memory=", kLimitMiB, "MiB")});
    ASSERT_NO_FATAL_FAILURE(cluster_.Prepare());
    WriteLongTexts(cluster_.data_root() + "/long.csv");
    ASSERT_EQ(cluster_.CreateDataset("long", "long.csv").state(),
              v1::Dataset::READY);
  }

  static void WriteLongTexts(const std::string& path) {
    const char* const words[3] = {"invoice", "parcel", "password"};
    std::ofstream file(path);
    file << "text,label\n";
    for (int row = 0; row < kRows; ++row) {
      for (int i = 0; i < kWords; ++i) file << words[(row + i) % 3] << ' ';
      file << ',' << words[row % 3] << '\n';
    }
  }

  v1::JobSpec LargeSpec() const {
    v1::JobSpec spec = cluster_.TinySpec(3);
    spec.mutable_data()->set_training("datasets/long");
    spec.mutable_data()->set_validation_fraction(0);
    spec.mutable_hyperparameters()->set_batch_size(kRows);
    spec.set_max_attempts(1);
    return spec;
  }

  Cluster cluster_;
};

TEST_F(MemoryTest, AJobThatTakesTooMuchGoesOnWithFewerRowsAndDisturbsNoOther) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer's own memory is above the limit";
#endif
  cluster_.Submit("bystander", cluster_.TinySpec(4000));
  cluster_.WaitForSteps("bystander");
  cluster_.Submit("victim", LargeSpec());

  v1::Job job = cluster_.WaitForEnd("victim");

  EXPECT_EQ(job.state(), v1::Job::SUCCEEDED) << job.DebugString();
  EXPECT_GT(job.attempt(), 1);
  EXPECT_THAT(job.execution().microbatch(), Lt(kRows));
  std::string causes;
  for (const v1::JobEvent& event : cluster_.Events("victim")) {
    causes += event.state_changed().error().message();
  }
  EXPECT_THAT(causes, AllOf(HasSubstr("512 MiB"), HasSubstr("--slot-memory")));
  v1::Job other = cluster_.WaitForEnd("bystander");
  EXPECT_EQ(other.state(), v1::Job::SUCCEEDED) << other.DebugString();
  EXPECT_EQ(other.attempt(), 1);
}

TEST_F(MemoryTest, TheLimitIsTold) {
  grpc::ClientContext context;
  v1::GetWorkerRequest request;
  request.set_name("workers/test-worker");
  v1::Worker worker;
  ASSERT_TRUE(cluster_.workers().GetWorker(&context, request, &worker).ok());
  ASSERT_GT(worker.slots_size(), 0);
  for (const v1::Slot& slot : worker.slots()) {
    EXPECT_EQ(slot.host_memory_limit_bytes(), kLimitMiB << 20);
  }
}

}  // namespace
}  // namespace tunesmith::testing
