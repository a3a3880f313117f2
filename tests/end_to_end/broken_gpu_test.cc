// A machine whose GPU the driver knows and no program can use: work goes on
// with the CPU, and everybody can see why. The driver's management library is
// the tests' scripted one.
#include <stdlib.h>

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/cluster.h"

namespace tunesmith::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kUuid[] = "GPU-11111111-2222-3333-4444-555555555555";

class BrokenGpuTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string script = cluster_.directory() + "/machine";
    std::ofstream(script) << "gpu " << kUuid << " 16384 Scripted GPU\n";
    setenv("TUNESMITH_SCRIPTED_NVML", script.c_str(), 1);
    setenv("LD_LIBRARY_PATH", SCRIPTED_NVML_DIR, 1);
    cluster_.StartServer();
    cluster_.StartWorker();
    ASSERT_NO_FATAL_FAILURE(cluster_.Prepare());
  }
  void TearDown() override {
    unsetenv("TUNESMITH_SCRIPTED_NVML");
    unsetenv("LD_LIBRARY_PATH");
  }

  std::vector<v1::Slot> TrainingSlots() {
    grpc::ClientContext context;
    v1::ListWorkersResponse response;
    EXPECT_TRUE(cluster_.workers().ListWorkers(&context, {}, &response).ok());
    std::vector<v1::Slot> slots;
    for (const v1::Slot& slot : response.workers(0).slots()) {
      if (slot.purpose() == v1::Slot::TRAINING) slots.push_back(slot);
    }
    return slots;
  }

  Cluster cluster_;
};

TEST_F(BrokenGpuTest, IsShownWithItsReasonAndTheCpuTakesItsPlace) {
  const std::vector<v1::Slot> slots = TrainingSlots();
  ASSERT_EQ(slots.size(), 2u);
  EXPECT_EQ(slots[0].device_kind(), v1::Resources::CUDA);
  EXPECT_EQ(slots[0].device_uuid(), kUuid);
  EXPECT_EQ(slots[0].device_name(), "Scripted GPU");
  EXPECT_EQ(slots[0].device_memory_bytes(), int64_t{16} << 30);
  EXPECT_THAT(slots[0].out_of_service(),
              StartsWith("its probe ended by exit code 1: "));
  EXPECT_THAT(slots[0].out_of_service(), Not(HasSubstr("error=")));
  EXPECT_EQ(slots[1].device_kind(), v1::Resources::CPU);
  EXPECT_EQ(slots[1].out_of_service(), "");

  cluster_.Submit("anywhere", cluster_.TinySpec(3));
  const v1::Job job = cluster_.WaitForEnd("anywhere");
  EXPECT_EQ(job.state(), v1::Job::SUCCEEDED) << job.error().message();
  EXPECT_EQ(job.execution().device(), "cpu");
  EXPECT_THAT(job.execution().environment().at("torch"), Not(""));
  EXPECT_FALSE(job.has_energy_joules());
}

TEST_F(BrokenGpuTest, AJobThatWantsItSaysWhyItWaits) {
  v1::JobSpec spec = cluster_.TinySpec(3);
  spec.mutable_resources()->set_device_kind(v1::Resources::CUDA);
  cluster_.Submit("on-a-gpu", spec);
  const v1::Job job = cluster_.WaitFor("on-a-gpu", [](const v1::Job& job) {
    return job.state() == v1::Job::QUEUED;
  });
  EXPECT_EQ(job.wait().reason(), v1::Wait::NO_WORKER);
  EXPECT_THAT(job.wait().message(), HasSubstr("is out of service"));
}

}  // namespace
}  // namespace tunesmith::testing
