// Jobs that ask for a GPU, and GPUs that fail.
#include "gmock/gmock.h"
#include "tests/integration/test_server.h"

namespace tunesmith::testing {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kGiB = int64_t{1} << 30;

// A worker with a CPU, slot 0, and a GPU of 24 GiB, slot 1.
class DeviceTest : public ServerTest {
 protected:
  DeviceTest() : worker_(TwoDevices(WorkerOptions())) {
    EXPECT_TRUE(worker_.Connect().ok());
    CreateInputs(worker_);
  }

  static ScriptedWorker::Options TwoDevices(ScriptedWorker::Options options) {
    options.training_slots = 2;
    options.describe_slot = [](v1::Slot& slot) {
      if (slot.index() != 1) return;
      slot.set_device_kind(v1::Resources::CUDA);
      slot.set_device("cuda:0");
      slot.set_device_memory_bytes(24 * kGiB);
    };
    return options;
  }

  v1::Job CreateGpuJob(const std::string& id, int64_t memory_bytes) {
    v1::CreateJobRequest request = JobRequest(id);
    v1::Resources& resources =
        *request.mutable_job()->mutable_spec()->mutable_resources();
    resources.set_device_kind(v1::Resources::CUDA);
    resources.set_device_memory_bytes(memory_bytes);
    v1::CreateJobResponse response;
    grpc::Status status =
        jobs_->CreateJob(CallContext().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.job();
  }

  // Returns once everything that the worker sent before has been taken: the
  // events of an item go the same way.
  void Settle(const ScriptedWorker::Assignment& work) {
    worker_.Send(work, {LossEvent(1, 0.5)});
    worker_.AwaitAck(work);
  }

  ScriptedWorker worker_;
};

TEST_F(DeviceTest, AJobThatDoesNotCareGetsTheGpuAndTheNextOneTheCpu) {
  CreateJob("first");
  EXPECT_EQ(worker_.AwaitWork("jobs/first").slot(), 1);
  CreateJob("second");
  EXPECT_EQ(worker_.AwaitWork("jobs/second").slot(), 0);
}

TEST_F(DeviceTest, AJobThatNeedsMoreMemoryThanThereIsSaysSo) {
  CreateGpuJob("large", 40 * kGiB);
  const v1::Wait wait = GetJob("jobs/large").wait();
  EXPECT_EQ(wait.reason(), v1::Wait::NO_WORKER);
  EXPECT_THAT(wait.message(), HasSubstr("40 GiB of memory (the largest has 24 "
                                        "GiB)"));
}

TEST_F(DeviceTest, AJobWaitsForAGpuThatFailedUntilItIsBack) {
  CreateJob("busy");
  ScriptedWorker::Assignment busy = worker_.AwaitWork("jobs/busy");
  worker_.ReportOutOfService({{1, "uncorrectable ECC error"}});
  Settle(busy);
  worker_.Succeed(busy);
  worker_.AwaitAck(busy);
  CreateGpuJob("a", 0);
  const v1::Wait wait = GetJob("jobs/a").wait();
  EXPECT_EQ(wait.reason(), v1::Wait::NO_WORKER);
  EXPECT_EQ(wait.message(),
            "the only CUDA training slot, cuda:0 of workers/scripted, is out "
            "of service: uncorrectable ECC error");
  worker_.ReportOutOfService({});
  EXPECT_EQ(worker_.AwaitWork("jobs/a").slot(), 1);
}

}  // namespace
}  // namespace tunesmith::testing
