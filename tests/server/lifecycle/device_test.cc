// What jobs ask of devices, and what devices do to jobs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "tests/server/lifecycle/lifecycle_fixture.h"
#include "tests/server/testing/claim_next.h"

namespace tunesmith::server {
namespace {

using v1::Job;

constexpr int64_t kMemory = int64_t{1} << 34;

class DeviceTest : public testing::Test {
 protected:
  DeviceTest() { plane_.AddInputs(); }

  // A job that asks for a GPU with memory, or for nothing.
  Job Create(const std::string& id, bool demanding) {
    v1::CreateJobRequest request = JobRequest(id);
    v1::JobSpec& spec = *request.mutable_job()->mutable_spec();
    if (demanding) {
      spec.mutable_resources()->set_device_kind(v1::Resources::CUDA);
      spec.mutable_resources()->set_device_memory_bytes(kMemory);
      spec.mutable_hyperparameters()->set_precision(v1::Hyperparameters::TF32);
      spec.mutable_hyperparameters()->set_deterministic(false);
    }
    return plane_.Create(request).value().job();
  }

  SlotNeeds NeedsOf(const Job& job) {
    return plane_.WorkOf(job.uid()).value().needs;
  }

  // The next item, on a GPU that has enough for any of these jobs.
  std::optional<WorkRow> LeaseGpu() {
    FreeSlot slot = {
        "w1",
        1,
        0,
        {v1::Slot::TRAINING, v1::Resources::CUDA, /*memory=*/kMemory}};
    return plane_
        .Run([&](Transaction& tx) -> absl::StatusOr<std::optional<WorkRow>> {
          auto row = ClaimNext(tx, slot);
          if (!row.ok() || !row->has_value()) return row;
          absl::Status started = StartAttempt(tx, plane_.context, **row);
          if (!started.ok()) return started;
          return WorkQueue::Find(tx.db(), (*row)->uid);
        })
        .value();
  }

  TestControlPlane plane_;
};

internal::v1::WorkEvent OnGpu(int64_t sequence) {
  internal::v1::WorkEvent event;
  event.set_sequence(sequence);
  v1::Execution& execution = *event.mutable_execution();
  execution.set_device("cuda:1");
  execution.set_device_uuid("GPU-1");
  execution.set_precision(v1::Hyperparameters::TF32);
  execution.set_deterministic(true);
  (*execution.mutable_environment())["driver"] = "570";
  return event;
}

internal::v1::WorkEvent SuccessWith(int64_t sequence, const WorkRow& row,
                                    double joules) {
  internal::v1::WorkEvent event = SuccessEvent(sequence, row);
  event.mutable_outcome()->mutable_train()->set_energy_joules(joules);
  return event;
}

TEST_F(DeviceTest, WhatTheSpecAsksForIsAskedOfTheSlot) {
  SlotNeeds needs = NeedsOf(Create("a", /*demanding=*/true));
  EXPECT_EQ(needs.purpose, v1::Slot::TRAINING);
  EXPECT_EQ(needs.device_kind, v1::Resources::CUDA);
  EXPECT_EQ(needs.device_memory_bytes, kMemory);
  EXPECT_FALSE(plane_.Lease().has_value());
  EXPECT_TRUE(LeaseGpu().has_value());
}

TEST_F(DeviceTest, AForkAndARepetitionAskForTheSame) {
  Create("a", /*demanding=*/true);
  WorkRow row = LeaseGpu().value();
  ASSERT_TRUE(plane_
                  .Report(row.lease(), {OnGpu(1), CheckpointEvent(2, row, 10),
                                        SuccessEvent(3, row)})
                  .ok());
  v1::ForkJobRequest fork;
  fork.set_name("jobs/a");
  fork.set_job_id("forked");
  fork.mutable_job()->mutable_spec()->mutable_hyperparameters()->set_precision(
      v1::Hyperparameters::FP32);
  Job forked = plane_.Fork(fork).value();
  EXPECT_EQ(NeedsOf(forked).device_memory_bytes, kMemory);
  EXPECT_FALSE(forked.resolved_spec().hyperparameters().deterministic());
  v1::VerifyJobRequest verify;
  verify.set_name("jobs/a");
  verify.set_job_id("verified");
  EXPECT_EQ(NeedsOf(plane_.Verify(verify).value()).device_memory_bytes,
            kMemory);
  EXPECT_EQ(NeedsOf(plane_.Reproduce("a", "c").value()).device_memory_bytes,
            kMemory);
}

TEST_F(DeviceTest, ARepetitionFollowsTheOriginalsDeviceAndPrecision) {
  Create("a", /*demanding=*/false);
  WorkRow row = LeaseGpu().value();
  ASSERT_TRUE(
      plane_.Report(row.lease(), {OnGpu(1), SuccessEvent(2, row)}).ok());
  Job repeated = plane_.Reproduce("a", "b").value();
  EXPECT_EQ(NeedsOf(repeated).device_kind, v1::Resources::CUDA);
  EXPECT_EQ(repeated.resolved_spec().resources().device_kind(),
            v1::Resources::DEVICE_KIND_UNSPECIFIED);
  // A CPU would not give the same bits.
  EXPECT_FALSE(plane_.Lease().has_value());
  const v1::Execution begin = LeaseGpu().value().item.train().execution();
  EXPECT_EQ(begin.precision(), v1::Hyperparameters::TF32);
  EXPECT_TRUE(begin.deterministic());
}

TEST_F(DeviceTest, AFailedDeviceIsFollowedByAnotherAttemptAtOnceAndCostsNone) {
  Create("a", /*demanding=*/false);
  WorkRow row = plane_.Lease().value();
  ASSERT_TRUE(
      plane_
          .Report(row.lease(), {FailureEvent(1, v1::ERROR_REASON_DEVICE_FAILED,
                                             /*retryable=*/false)})
          .ok());
  EXPECT_EQ(plane_.Job("a").state(), Job::QUEUED);
  WorkRow next = plane_.Lease().value();
  EXPECT_EQ(next.attempt, 2);
  EXPECT_EQ(next.max_attempts, row.max_attempts + 1);
}

TEST_F(DeviceTest, TheEnergyOfASuccessIsKept) {
  Create("a", /*demanding=*/false);
  WorkRow row = LeaseGpu().value();
  ASSERT_TRUE(
      plane_.Report(row.lease(), {OnGpu(1), SuccessWith(2, row, 1234.5)}).ok());
  ASSERT_TRUE(plane_.store.Reopen().ok());
  Job job = plane_.Job("a");
  EXPECT_EQ(job.energy_joules(), 1234.5);
  EXPECT_EQ(job.execution().device_uuid(), "GPU-1");
  EXPECT_EQ(job.execution().environment().at("driver"), "570");
}

TEST_F(DeviceTest, AMeterThatTellsNonsenseHasToldNothing) {
  for (double joules : {-1.0, std::numeric_limits<double>::quiet_NaN(),
                        std::numeric_limits<double>::infinity()}) {
    std::string id = "a" + std::to_string(plane_.observer.created);
    Create(id, /*demanding=*/false);
    WorkRow row = plane_.Lease().value();
    ASSERT_TRUE(plane_.Report(row.lease(), {SuccessWith(1, row, joules)}).ok());
    EXPECT_EQ(plane_.Job(id).state(), Job::SUCCEEDED);
    EXPECT_FALSE(plane_.Job(id).has_energy_joules()) << joules;
  }
}

}  // namespace
}  // namespace tunesmith::server
