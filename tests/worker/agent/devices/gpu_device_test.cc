#include "worker/agent/devices/gpu_device.h"

#include <signal.h>

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/error.h"
#include "tests/worker/agent/fakes.h"

namespace tunesmith::worker {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class GpuDeviceTest : public ::testing::Test {
 protected:
  GpuDeviceTest()
      : gpu_({.id = "cuda:0", .name = "H100", .uuid = "GPU-a"},
             {.clock = clock_,
              .spawner = spawner_,
              .metrics = metrics_,
              .post = [](std::function<void()> task) { task(); }}) {}

  // Answers the newest probe, with the device in service after it.
  void Pass() {
    gpu_.Turn();
    spawner_.trainers.back()->Exit(
        0, 0, "{\"device\":\"cuda:0\",\"compute_capability\":\"9.0\"}\n");
    EXPECT_TRUE(gpu_.in_service());
  }

  static internal::v1::Outcome DeviceFailure(const std::string& message) {
    return FailedOutcome(MakeError(absl::StatusCode::kInternal,
                                   v1::ERROR_REASON_DEVICE_FAILED, message),
                         true);
  }

  FakeClock clock_;
  FakeSpawner spawner_;
  DeviceMetrics metrics_;
  GpuDevice gpu_;
};

TEST_F(GpuDeviceTest, ProbeComesFirst) {
  EXPECT_FALSE(gpu_.in_service());
  EXPECT_FALSE(gpu_.tried());
  EXPECT_EQ(gpu_.Turn(), clock_.Monotonic() + absl::Minutes(2));
  ASSERT_THAT(spawner_.trainers, SizeIs(1));
  EXPECT_TRUE(spawner_.trainers[0]->command.probe);
  EXPECT_THAT(spawner_.trainers[0]->command.environment,
              Contains("CUDA_VISIBLE_DEVICES=GPU-a"));
  Pass();
  EXPECT_TRUE(gpu_.tried());
  EXPECT_EQ(gpu_.compute_capability(), "9.0");
  EXPECT_EQ(gpu_.Turn(), absl::InfiniteDuration());
  EXPECT_THAT(spawner_.trainers, SizeIs(1));
}

TEST_F(GpuDeviceTest, FailedProbeIsToldAndTriedAgain) {
  gpu_.Turn();
  spawner_.trainers[0]->Exit(0, 5, "no kernel\nimage");
  EXPECT_TRUE(gpu_.tried());
  EXPECT_EQ(gpu_.reason(), "its probe ended by exit code 5: no kernel image");
  EXPECT_EQ(gpu_.Turn(), clock_.Monotonic() + absl::Seconds(30));
  clock_.Advance(absl::Seconds(30));
  Pass();
  EXPECT_THAT(spawner_.trainers, SizeIs(2));
}

TEST_F(GpuDeviceTest, ProbeThatHangsIsKilledAndIsAFailure) {
  absl::Duration next = gpu_.Turn();
  clock_.Advance(next - clock_.Monotonic() - absl::Milliseconds(1));
  gpu_.Turn();
  EXPECT_FALSE(spawner_.trainers[0]->killed);
  clock_.Advance(absl::Milliseconds(1));
  gpu_.Turn();
  EXPECT_TRUE(spawner_.trainers[0]->killed);
  EXPECT_FALSE(gpu_.tried());
  spawner_.trainers[0]->Exit(SIGKILL);
  EXPECT_TRUE(gpu_.tried());
  EXPECT_THAT(gpu_.reason(), HasSubstr("2m"));
}

TEST_F(GpuDeviceTest, ProbeThatCannotBeStartedIsAFailure) {
  spawner_.spawn_status = absl::ResourceExhaustedError("no more processes");
  EXPECT_EQ(gpu_.Turn(), clock_.Monotonic() + absl::Seconds(30));
  EXPECT_EQ(gpu_.reason(), "no more processes");
}

TEST_F(GpuDeviceTest, TwoFailuresInARowTakeItOut) {
  Pass();
  internal::v1::Outcome good;
  gpu_.OnOutcome(DeviceFailure("CUDA error: ECC"));
  gpu_.OnOutcome(good);
  gpu_.OnOutcome(DeviceFailure("CUDA error: ECC"));
  EXPECT_TRUE(gpu_.in_service());
  gpu_.OnOutcome(DeviceFailure("CUDA error: bad address\nCompile with more"));
  EXPECT_FALSE(gpu_.in_service());
  EXPECT_THAT(gpu_.reason(),
              AllOf(HasSubstr("bad address"), Not(HasSubstr("Compile"))));
}

TEST_F(GpuDeviceTest, FaultsOfTheWorkAreNotTheDevices) {
  Pass();
  for (int i = 0; i < 3; ++i) {
    gpu_.OnOutcome(
        FailedOutcome(MakeError(absl::StatusCode::kResourceExhausted,
                                v1::ERROR_REASON_OUT_OF_MEMORY, "full"),
                      false));
  }
  EXPECT_TRUE(gpu_.in_service());
}

TEST_F(GpuDeviceTest, TrainersThatDieInStartingCountUnlessWorkRuns) {
  Pass();
  TrainerExit exit = {.exit_code = 1, .stderr_tail = "out of\nmemory"};
  gpu_.WorkBegan();
  for (int i = 0; i < 3; ++i) gpu_.OnFailedStart(exit);
  EXPECT_TRUE(gpu_.in_service());
  gpu_.WorkEnded();
  gpu_.OnFailedStart(exit);
  EXPECT_TRUE(gpu_.in_service());
  gpu_.OnFailedStart(exit);
  EXPECT_THAT(gpu_.reason(), HasSubstr("exit code 1: out of memory"));
}

TEST_F(GpuDeviceTest, LostDeviceIsOutAndProbedUntilItIsBack) {
  Pass();
  gpu_.OnLost();
  EXPECT_FALSE(gpu_.in_service());
  EXPECT_TRUE(gpu_.lost());
  clock_.Advance(absl::Seconds(30));
  Pass();
  EXPECT_FALSE(gpu_.lost());
}

TEST_F(GpuDeviceTest, MetricsTellStateAndFailures) {
  // Of all series of a family.
  auto value = [this](const std::string& name) {
    double sum = 0;
    for (const auto& family : metrics_.Collect()) {
      if (family.name != "tunesmith_worker_device_" + name) continue;
      for (const auto& metric : family.metric) {
        sum += metric.gauge.value + metric.counter.value;
      }
    }
    return sum;
  };
  EXPECT_EQ(value("in_service"), 0);
  EXPECT_EQ(value("failures_total"), 0);
  Pass();
  EXPECT_EQ(value("in_service"), 1);
  gpu_.OnLost();
  EXPECT_EQ(value("in_service"), 0);
  EXPECT_EQ(value("failures_total"), 1);
}

}  // namespace
}  // namespace tunesmith::worker
