// Slots on a GPU: what they do when it fails, and once it works again.
#include <signal.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/registry.h"
#include "proto/contract/error.h"
#include "tests/worker/agent/fakes.h"
#include "worker/agent/slot_runner.h"

namespace tunesmith::worker {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kAnswer[] =
    "{\"device\":\"cuda:0\",\"compute_capability\":\"9.0\"}";

// Two slots on one GPU.
class GpuSlotTest : public ::testing::Test, public ItemObserver {
 protected:
  GpuSlotTest() {
    auto post = [](std::function<void()> task) { task(); };
    gpu_ = std::make_unique<GpuDevice>(
        Device{.id = "cuda:1", .uuid = "GPU-b"},
        GpuDevice::Dependencies{.clock = clock_,
                                .spawner = spawner_,
                                .metrics = device_metrics_,
                                .post = post});
    for (int i = 0; i < 2; ++i) {
      v1::Slot slot;
      slot.set_index(i);
      slot.set_purpose(v1::Slot::TRAINING);
      slot.set_device_kind(v1::Resources::CUDA);
      slot.set_device("cuda:1");
      slot.set_device_uuid("GPU-b");
      slot.set_device_memory_bytes(int64_t{40} << 30);
      slots_.push_back(std::make_unique<SlotRunner>(
          slot,
          SlotDependencies{.clock = clock_,
                           .spawner = spawner_,
                           .store = store_,
                           .metrics = metrics_,
                           .observer = *this,
                           .post = post,
                           .run_blocking = post,
                           .count_oom_kills = [] { return 0; },
                           .slots_per_gpu = 2},
          gpu_.get()));
    }
  }
  ~GpuSlotTest() override { slots_.clear(); }

  void OnEvent(const ItemKey& key, internal::v1::WorkEvent event) override {
    reasons_[key.uid] = ErrorReasonOf(FromRpcStatus(event.outcome().error()));
    retryable_ = event.outcome().retryable();
  }
  void OnPredicted(const ItemKey&, internal::v1::PredictBatchResult) override {}
  void OnProgress(const ItemKey& key, const v1::Progress& progress) override {}

  absl::Duration Turn() {
    absl::Duration next = absl::InfiniteDuration();
    for (auto& slot : slots_) next = std::min(next, slot->Turn());
    return std::min(next, gpu_->Turn());
  }

  void Pass(absl::Duration time) {
    clock_.Advance(time);
    Turn();
  }

  // Probe and warm-up of both slots, which have their spares afterwards.
  void PassProbe() {
    Turn();
    ASSERT_TRUE(Newest().command.probe);
    Newest().Exit(0, 0, kAnswer);
    Turn();
  }

  void WarmUp() {
    for (size_t i = 0; i < spawner_.trainers.size(); ++i) {
      if (!spawner_.trainers[i]->command.probe) {
        spawner_.trainers[i]->SayReady();
      }
    }
  }

  // The trainer that has the item.
  FakeSpawner::Trainer& Run(int slot, const std::string& uid) {
    internal::v1::WorkItem item;
    item.set_uid(uid);
    item.mutable_train();
    slots_[slot]->Start(item);
    Turn();
    for (auto& trainer : spawner_.trainers) {
      for (const auto& message : trainer->received) {
        if (message.assignment().item().uid() == uid) return *trainer;
      }
    }
    ADD_FAILURE() << "nobody has " << uid;
    return Newest();
  }

  static internal::v1::Outcome DeviceFailure() {
    return FailedOutcome(
        MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_DEVICE_FAILED,
                  "CUDA error: ECC"),
        true);
  }

  FakeSpawner::Trainer& Newest() { return *spawner_.trainers.back(); }

  FakeClock clock_;
  FakeSpawner spawner_;
  FakeStore store_;
  std::shared_ptr<prometheus::Registry> registry_ =
      std::make_shared<prometheus::Registry>();
  WorkerMetrics metrics_{registry_};
  DeviceMetrics device_metrics_;
  std::unique_ptr<GpuDevice> gpu_;
  std::vector<std::unique_ptr<SlotRunner>> slots_;
  std::map<std::string, v1::ErrorReason> reasons_;
  bool retryable_ = false;
};

TEST_F(GpuSlotTest, NoTrainerIsStartedBeforeTheGpuWasTried) {
  Turn();
  ASSERT_THAT(spawner_.trainers, SizeIs(1));
  EXPECT_TRUE(Newest().command.probe);
  EXPECT_THAT(slots_[0]->out_of_service(), HasSubstr("not tried"));
}

TEST_F(GpuSlotTest, TrainersSeeTheirGpuAndTheirShareOfIt) {
  PassProbe();
  ASSERT_THAT(spawner_.trainers, SizeIs(3));
  EXPECT_EQ(Newest().command.device, "cuda:0");
  EXPECT_THAT(
      Newest().command.environment,
      ElementsAre("CUDA_VISIBLE_DEVICES=GPU-b", "CUDA_DEVICE_ORDER=PCI_BUS_ID",
                  "PYTORCH_ALLOC_CONF=per_process_memory_fraction:0.5"));
  EXPECT_EQ(slots_[0]->out_of_service(), "");
  EXPECT_EQ(slots_[1]->slot().compute_capability(), "9.0");
}

TEST_F(GpuSlotTest, SlotsOfAGpuThatFailsItsProbeTakeNothing) {
  Turn();
  Newest().Exit(0, 3, "no kernel image");
  Turn();
  EXPECT_THAT(spawner_.trainers, SizeIs(1));
  EXPECT_THAT(slots_[1]->out_of_service(), HasSubstr("no kernel image"));
  internal::v1::WorkItem item;
  item.set_uid("a");
  slots_[1]->Start(item);
  EXPECT_EQ(reasons_["a"], v1::ERROR_REASON_DEVICE_FAILED);
  EXPECT_TRUE(retryable_);
  EXPECT_FALSE(slots_[1]->busy());
}

TEST_F(GpuSlotTest, TwoFailuresTakeBothSlotsOutAndAProbeBringsThemBack) {
  PassProbe();
  WarmUp();
  Run(0, "a").SayOutcome(DeviceFailure());
  EXPECT_EQ(slots_[0]->out_of_service(), "");
  Run(1, "b").SayOutcome(DeviceFailure());
  EXPECT_EQ(reasons_["b"], v1::ERROR_REASON_DEVICE_FAILED);
  for (auto& slot : slots_) {
    EXPECT_THAT(slot->out_of_service(), HasSubstr("CUDA error: ECC"));
  }
  Turn();
  size_t before = spawner_.trainers.size();
  Pass(absl::Seconds(29));
  EXPECT_THAT(spawner_.trainers, SizeIs(before));
  Pass(absl::Seconds(1));
  ASSERT_THAT(spawner_.trainers, SizeIs(before + 1));
  PassProbe();
  EXPECT_EQ(slots_[0]->out_of_service(), "");
  EXPECT_EQ(slots_[1]->out_of_service(), "");
}

TEST_F(GpuSlotTest, GoodWorkInBetweenForgetsAFailure) {
  PassProbe();
  WarmUp();
  auto run = [this](const std::string& uid, internal::v1::Outcome outcome) {
    FakeSpawner::Trainer& trainer = Run(0, uid);
    trainer.SayOutcome(outcome);
    trainer.Exit(0);
    Turn();
    WarmUp();
  };
  run("a", DeviceFailure());
  run("b", internal::v1::Outcome());
  run("c", DeviceFailure());
  EXPECT_EQ(slots_[0]->out_of_service(), "");
  run("d", DeviceFailure());
  EXPECT_NE(slots_[0]->out_of_service(), "");
}

TEST_F(GpuSlotTest, WhatWaitsForATrainerFailsWhenTheGpuDoes) {
  PassProbe();
  internal::v1::WorkItem item;
  item.set_uid("a");
  item.mutable_train();
  slots_[0]->Start(item);
  Turn();
  EXPECT_TRUE(slots_[0]->busy());
  // Both spares die in warming up.
  FakeSpawner::Trainer& first = *spawner_.trainers[1];
  FakeSpawner::Trainer& second = *spawner_.trainers[2];
  first.Exit(SIGSEGV);
  Turn();
  EXPECT_TRUE(slots_[0]->busy());
  second.Exit(SIGSEGV);
  Turn();
  EXPECT_FALSE(slots_[0]->busy());
  EXPECT_EQ(reasons_["a"], v1::ERROR_REASON_DEVICE_FAILED);
  EXPECT_TRUE(retryable_);
  EXPECT_THAT(slots_[0]->out_of_service(), HasSubstr("died in starting"));
}

TEST_F(GpuSlotTest, WarmSpareThatDiesIsNotTheGpusFault) {
  PassProbe();
  for (int i = 0; i < 3; ++i) {
    WarmUp();
    Newest().Exit(SIGKILL);
    Pass(absl::Minutes(1));
  }
  EXPECT_EQ(slots_[0]->out_of_service(), "");
}

TEST_F(GpuSlotTest, GpuThatIsOutLosesItsSparesAndStartsNone) {
  PassProbe();
  WarmUp();
  gpu_->OnLost();
  Turn();
  EXPECT_TRUE(spawner_.trainers[1]->killed);
  EXPECT_TRUE(spawner_.trainers[2]->killed);
  spawner_.trainers[1]->Exit(SIGKILL);
  spawner_.trainers[2]->Exit(SIGKILL);
  Pass(absl::Seconds(29));
  EXPECT_THAT(spawner_.trainers, SizeIs(3));
  // Those were no failures of a start: spares come at once when it is back.
  Pass(absl::Seconds(1));
  PassProbe();
  EXPECT_THAT(spawner_.trainers, SizeIs(6));
}

TEST_F(GpuSlotTest, WorkOnALostGpuIsKilledAndMayRunElsewhere) {
  PassProbe();
  WarmUp();
  FakeSpawner::Trainer& trainer = Run(0, "a");
  gpu_->OnLost();
  Turn();
  EXPECT_TRUE(trainer.killed);
  trainer.Exit(SIGKILL);
  EXPECT_EQ(reasons_["a"], v1::ERROR_REASON_DEVICE_FAILED);
  EXPECT_TRUE(retryable_);
}

TEST_F(GpuSlotTest, WorkGoesOnWhileOthersFailOnItsGpu) {
  PassProbe();
  WarmUp();
  FakeSpawner::Trainer& trainer = Run(0, "a");
  for (const char* uid : {"b", "c"}) {
    FakeSpawner::Trainer& other = Run(1, uid);
    other.SayOutcome(DeviceFailure());
    other.Exit(0, 1);
    Turn();
    WarmUp();
  }
  EXPECT_NE(slots_[0]->out_of_service(), "");
  EXPECT_FALSE(trainer.killed);
  trainer.SayOutcome(0);
  EXPECT_EQ(reasons_["a"], v1::ERROR_REASON_UNSPECIFIED);
}

TEST_F(GpuSlotTest, SpareIsStartedWhileTheGpuTrains) {
  PassProbe();
  WarmUp();
  FakeSpawner::Trainer& trainer = Run(0, "a");
  size_t before = spawner_.trainers.size();
  trainer.SayProgress(v1::Progress::TRAINING, 1, 0.01);
  EXPECT_EQ(Turn(), clock_.Monotonic() + absl::Seconds(10));
  EXPECT_THAT(spawner_.trainers, SizeIs(before));
  Pass(absl::Seconds(10));
  ASSERT_THAT(spawner_.trainers, SizeIs(before + 1));
  // One that finds no room beside the training is no failure of the GPU, and
  // is not tried again before the training has ended.
  Newest().Exit(0, 1, "out of memory");
  Pass(absl::Hours(1));
  trainer.SayProgress(v1::Progress::TRAINING, 2, 0.02);
  Pass(absl::Hours(1));
  EXPECT_THAT(spawner_.trainers, SizeIs(before + 1));
  trainer.SayOutcome(0);
  Turn();
  EXPECT_THAT(spawner_.trainers, SizeIs(before + 2));
  EXPECT_EQ(slots_[0]->out_of_service(), "");
}

}  // namespace
}  // namespace tunesmith::worker
