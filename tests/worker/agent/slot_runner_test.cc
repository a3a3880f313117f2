#include "worker/agent/slot_runner.h"

#include <signal.h>

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/registry.h"
#include "proto/contract/error.h"
#include "tests/worker/agent/fakes.h"

namespace tunesmith::worker {
namespace {

using internal::v1::WorkItem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr int64_t kMemoryLimit = int64_t{300} << 20;

class SlotRunnerTest : public ::testing::Test, public ItemObserver {
 protected:
  void OnEvent(const ItemKey& key, internal::v1::WorkEvent event) override {
    events_.push_back(std::move(event));
  }
  void OnPredicted(const ItemKey& key,
                   internal::v1::PredictBatchResult result) override {
    predicted_.push_back(std::move(result));
  }
  void OnProgress(const ItemKey& key, const v1::Progress& progress) override {
    progress_ = progress;
  }

  void MakeSlot(v1::Slot::Purpose purpose = v1::Slot::TRAINING) {
    v1::Slot slot;
    slot.set_index(3);
    slot.set_purpose(purpose);
    slot.set_device_kind(v1::Resources::CPU);
    slot.set_device("cpu");
    slot.set_threads(2);
    slot.set_host_memory_limit_bytes(kMemoryLimit);
    slot_ = std::make_unique<SlotRunner>(
        slot, SlotDependencies{
                  .clock = clock_,
                  .spawner = spawner_,
                  .store = store_,
                  .metrics = metrics_,
                  .observer = *this,
                  .post = [](std::function<void()> task) { task(); },
                  .run_blocking = [](std::function<void()> task) { task(); },
                  .count_oom_kills = [this] { return oom_kills_; }});
    slot_->Turn();
  }

  static WorkItem Train(int64_t seconds_left = 0) {
    WorkItem item;
    item.set_uid("i1");
    item.set_fence(2);
    auto& train = *item.mutable_train();
    train.mutable_base_model()->mutable_artifact()->set_key("m/1");
    train.mutable_training()->mutable_artifact()->set_key("d/1");
    train.set_output_key("o/2");
    train.set_checkpoint_group("j-2");
    for (const char* key : {"missing/30", "j-1/20"}) {
      train.add_checkpoints()->mutable_artifact()->set_key(key);
    }
    train.set_run_time_left_seconds(seconds_left);
    return item;
  }

  // Hands the item to the slot's spare; returns the trainer that has it.
  FakeSpawner::Trainer& Run(const WorkItem& item) {
    FakeSpawner::Trainer& trainer = *spawner_.trainers.back();
    trainer.SayReady();
    slot_->Start(item);
    slot_->Turn();
    EXPECT_THAT(trainer.received, SizeIs(1));
    return trainer;
  }

  void Pass(absl::Duration time) {
    clock_.Advance(time);
    slot_->Turn();
  }

  // The one outcome.
  internal::v1::Outcome Outcome() {
    EXPECT_THAT(events_, SizeIs(1));
    return events_.empty() ? internal::v1::Outcome() : events_.back().outcome();
  }
  v1::ErrorReason Reason() {
    return ErrorReasonOf(FromRpcStatus(Outcome().error()));
  }

  FakeClock clock_;
  FakeSpawner spawner_;
  FakeStore store_;
  std::shared_ptr<prometheus::Registry> registry_ =
      std::make_shared<prometheus::Registry>();
  WorkerMetrics metrics_{registry_};
  int64_t oom_kills_ = 5;
  std::vector<internal::v1::WorkEvent> events_;
  std::vector<internal::v1::PredictBatchResult> predicted_;
  v1::Progress progress_;
  std::unique_ptr<SlotRunner> slot_;
};

TEST_F(SlotRunnerTest, SpareIsStartedBeforeThereIsWork) {
  MakeSlot();
  ASSERT_THAT(spawner_.trainers, SizeIs(1));
  EXPECT_EQ(spawner_.trainers[0]->command.device, "cpu");
  EXPECT_EQ(spawner_.trainers[0]->command.threads, 2);
}

TEST_F(SlotRunnerTest, AssignmentNamesDirectoriesAndSlot) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train());
  const auto& assignment = trainer.received[0].assignment();
  EXPECT_EQ(assignment.item().uid(), "i1");
  // Without the checkpoint that is gone.
  ASSERT_EQ(assignment.artifacts_size(), 3);
  EXPECT_EQ(assignment.artifacts(1).key(), "d/1");
  EXPECT_EQ(assignment.artifacts(1).directory(), "/store/d/1");
  EXPECT_EQ(assignment.artifacts(2).directory(), "/store/j-1/20");
  EXPECT_EQ(assignment.output_directory(), "/store/o/2");
  EXPECT_EQ(assignment.checkpoint_directory(), "/store/j-2");
  EXPECT_EQ(assignment.slot().index(), 3);
}

TEST_F(SlotRunnerTest, ItemWaitsForASpareThatIsNotReady) {
  MakeSlot();
  slot_->Start(Train());
  slot_->Turn();
  EXPECT_THAT(spawner_.trainers[0]->received, SizeIs(0));
  EXPECT_EQ(progress_.phase(), v1::Progress::STAGING);
  spawner_.trainers[0]->SayReady();
  slot_->Turn();
  EXPECT_THAT(spawner_.trainers[0]->received, SizeIs(1));
}

TEST_F(SlotRunnerTest, OutcomeIsForwardedAsItIsAndFreesTheSlot) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train());
  trainer.SayOutcome(9);
  trainer.SayLog("after the outcome");
  EXPECT_EQ(Outcome().error().code(), 9);
  EXPECT_FALSE(slot_->busy());
  trainer.Exit(0);
  EXPECT_THAT(events_, SizeIs(1));
}

TEST_F(SlotRunnerTest, TrainingsNextSpareWaitsUntilItIsWellUnderWay) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train());
  trainer.SayProgress(v1::Progress::LOADING, 0, 0);
  Pass(absl::Seconds(20));
  trainer.SayProgress(v1::Progress::TRAINING, 1, 0.01);
  Pass(absl::Seconds(9));
  EXPECT_THAT(spawner_.trainers, SizeIs(1));
  Pass(absl::Seconds(1));
  EXPECT_THAT(spawner_.trainers, SizeIs(2));
}

TEST_F(SlotRunnerTest, TrainingsNextSpareStartsAtHalfOfTheSteps) {
  MakeSlot();
  Run(Train()).SayProgress(v1::Progress::TRAINING, 5, 0.5);
  slot_->Turn();
  EXPECT_THAT(spawner_.trainers, SizeIs(2));
}

TEST_F(SlotRunnerTest, AuxiliarySlotHasItsNextSpareAtOnce) {
  MakeSlot(v1::Slot::AUXILIARY);
  Run(Train());
  EXPECT_THAT(spawner_.trainers, SizeIs(2));
}

TEST_F(SlotRunnerTest, DeadSpareIsReplacedAfterAPause) {
  MakeSlot();
  spawner_.trainers[0]->Exit(SIGSEGV);
  absl::Duration next = slot_->Turn();
  EXPECT_THAT(spawner_.trainers, SizeIs(1));
  EXPECT_GT(next, clock_.Monotonic());
  Pass(next - clock_.Monotonic());
  EXPECT_THAT(spawner_.trainers, SizeIs(2));
}

TEST_F(SlotRunnerTest, ItemFailsWhenNoTrainerStarts) {
  MakeSlot();
  slot_->Start(Train());
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(events_, SizeIs(0));
    spawner_.trainers.back()->Exit(0, 5);
    Pass(absl::Seconds(30));
  }
  EXPECT_EQ(Reason(), v1::ERROR_REASON_TRAINER_DIED);
  EXPECT_THAT(Outcome().error().message(), HasSubstr("exit code 5"));
  EXPECT_TRUE(Outcome().retryable());
  EXPECT_EQ(Outcome().place_fault(), v1::PLACE_FAULT_START);
}

TEST_F(SlotRunnerTest, TrainerWithoutASignOfLifeIsKilledAsAFaultOfThePlace) {
  MakeSlot();
  spawner_.trainers.back()->SayAlive();
  FakeSpawner::Trainer& trainer = Run(Train());
  for (int i = 0; i < 20; ++i) {
    Pass(absl::Seconds(59));
    trainer.SayAlive();
  }
  EXPECT_FALSE(trainer.killed);
  for (int i = 0; i < 8; ++i) {
    EXPECT_FALSE(trainer.killed);
    Pass(absl::Milliseconds(7500));
  }
  EXPECT_TRUE(trainer.killed);
  trainer.Exit(SIGKILL);
  EXPECT_EQ(Reason(), v1::ERROR_REASON_TRAINER_DIED);
  EXPECT_EQ(Outcome().place_fault(), v1::PLACE_FAULT_HANG);
  EXPECT_TRUE(Outcome().retryable());
}

TEST_F(SlotRunnerTest, APauseOfTheWorkerIsNoSilenceOfItsTrainers) {
  MakeSlot();
  spawner_.trainers.back()->SayAlive();
  FakeSpawner::Trainer& trainer = Run(Train());
  Pass(absl::Hours(1));
  EXPECT_FALSE(trainer.killed);
}

TEST_F(SlotRunnerTest, TrainerThatNeverGaveASignOfLifeIsLeftAlone) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train());
  trainer.SayProgress(v1::Progress::TRAINING, 1, 0.1);
  for (int i = 0; i < 100; ++i) Pass(absl::Seconds(30));
  EXPECT_FALSE(trainer.killed);
}

TEST_F(SlotRunnerTest, SignsOfLifeAreExpectedFromTheFirstOneOn) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train());
  trainer.SayAlive();
  for (int i = 0; i < 8; ++i) Pass(absl::Seconds(10));
  EXPECT_TRUE(trainer.killed);
}

TEST_F(SlotRunnerTest, ATrainerThatHangsOverItsCheckpointIsAFaultOfThePlace) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train());
  trainer.SayAlive();
  slot_->Suspend({"i1", 2});
  for (int i = 0; i < 8; ++i) Pass(absl::Seconds(10));
  EXPECT_TRUE(trainer.killed);
  trainer.Exit(SIGKILL);
  EXPECT_EQ(Outcome().place_fault(), v1::PLACE_FAULT_HANG);
}

TEST_F(SlotRunnerTest, AFullDiskIsAFaultOfThePlace) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train());
  internal::v1::Outcome full;
  *full.mutable_error() =
      ToRpcStatus(MakeError(absl::StatusCode::kResourceExhausted,
                            v1::ERROR_REASON_DISK_FULL, "no space left"));
  trainer.SayOutcome(full);
  EXPECT_EQ(Outcome().place_fault(), v1::PLACE_FAULT_DISK);
}

TEST_F(SlotRunnerTest, WhatTheJobDidWrongIsNoFaultOfThePlace) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train());
  internal::v1::Outcome bad;
  *bad.mutable_error() = ToRpcStatus(MakeError(
      absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_BAD_ROW, "row 7"));
  trainer.SayOutcome(bad);
  EXPECT_EQ(Outcome().place_fault(), v1::PLACE_FAULT_UNSPECIFIED);
}

TEST_F(SlotRunnerTest, SilentSpareIsKilled) {
  MakeSlot();
  Pass(absl::Minutes(2));
  EXPECT_TRUE(spawner_.trainers[0]->killed);
}

TEST_F(SlotRunnerTest, CancelIsAskedForThenForced) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train());
  slot_->Cancel({"i1", 2});
  ASSERT_THAT(trainer.received, SizeIs(2));
  EXPECT_TRUE(trainer.received[1].has_cancel());
  Pass(absl::Milliseconds(399));
  EXPECT_FALSE(trainer.killed);
  Pass(absl::Milliseconds(1));
  EXPECT_TRUE(trainer.killed);
  trainer.Exit(SIGKILL);
  EXPECT_EQ(Reason(), v1::ERROR_REASON_CANCELLED);
  EXPECT_FALSE(Outcome().retryable());
}

TEST_F(SlotRunnerTest, CancelBeforeTheHandOverKeepsTheSpare) {
  MakeSlot();
  slot_->Start(Train());
  slot_->Cancel({"i1", 2});
  EXPECT_EQ(Reason(), v1::ERROR_REASON_CANCELLED);
  EXPECT_FALSE(spawner_.trainers[0]->killed);
}

TEST_F(SlotRunnerTest, SuspendIsAskedForAndGivenTime) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train());
  slot_->Suspend({"i1", 2});
  ASSERT_THAT(trainer.received, SizeIs(2));
  EXPECT_TRUE(trainer.received[1].has_suspend());
  Pass(absl::Seconds(119));
  EXPECT_FALSE(trainer.killed);
  Pass(absl::Seconds(1));
  EXPECT_TRUE(trainer.killed);
  trainer.Exit(SIGKILL);
  EXPECT_TRUE(Outcome().retryable());
}

TEST_F(SlotRunnerTest, SuspendedOutcomeIsForwarded) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train());
  slot_->Suspend({"i1", 2});
  internal::v1::Outcome outcome;
  outcome.mutable_suspended();
  trainer.SayOutcome(outcome);
  EXPECT_TRUE(Outcome().has_suspended());
  EXPECT_FALSE(slot_->busy());
}

TEST_F(SlotRunnerTest, SuspendBeforeTheHandOverNeedsNoTrainer) {
  MakeSlot();
  slot_->Start(Train());
  slot_->Suspend({"i1", 2});
  EXPECT_TRUE(Outcome().has_suspended());
  EXPECT_FALSE(spawner_.trainers[0]->killed);
}

TEST_F(SlotRunnerTest, CancelShortensTheTimeOfASuspend) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train());
  slot_->Suspend({"i1", 2});
  slot_->Cancel({"i1", 2});
  Pass(absl::Seconds(1));
  EXPECT_TRUE(trainer.killed);
  trainer.Exit(SIGKILL);
  EXPECT_EQ(Reason(), v1::ERROR_REASON_CANCELLED);
}

TEST_F(SlotRunnerTest, CancelOfAnotherFenceIsPassedOver) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train());
  slot_->Cancel({"i1", 1});
  slot_->Drop({"i1", 3});
  EXPECT_THAT(trainer.received, SizeIs(1));
  EXPECT_TRUE(slot_->busy());
}

TEST_F(SlotRunnerTest, RunTimeIsEnforced) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train(60));
  Pass(absl::Seconds(59));
  EXPECT_FALSE(trainer.killed);
  Pass(absl::Seconds(1));
  EXPECT_TRUE(trainer.killed);
  trainer.Exit(SIGKILL);
  EXPECT_EQ(Reason(), v1::ERROR_REASON_RUN_TIME_EXCEEDED);
  EXPECT_FALSE(Outcome().retryable());
}

TEST_F(SlotRunnerTest, KillByTheSystemForMemoryIsRecognized) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train());
  oom_kills_ = 6;
  trainer.Exit(SIGKILL);
  EXPECT_EQ(Reason(), v1::ERROR_REASON_OUT_OF_MEMORY);
  EXPECT_FALSE(Outcome().retryable());
  EXPECT_THAT(Outcome().error().message(), HasSubstr("batch_size"));
}

TEST_F(SlotRunnerTest, TrainerThatHoldsTooMuchMemoryIsKilled) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train());
  trainer.held_memory = kMemoryLimit;
  EXPECT_EQ(slot_->Turn(), clock_.Monotonic() + absl::Milliseconds(100));
  Pass(absl::Milliseconds(100));
  EXPECT_FALSE(trainer.killed);
  trainer.held_memory = kMemoryLimit + 1;
  Pass(absl::Milliseconds(99));
  EXPECT_FALSE(trainer.killed);
  Pass(absl::Milliseconds(1));
  EXPECT_TRUE(trainer.killed);
  trainer.Exit(SIGKILL);
  EXPECT_EQ(Reason(), v1::ERROR_REASON_OUT_OF_MEMORY);
  EXPECT_FALSE(Outcome().retryable());
  EXPECT_THAT(Outcome().error().message(),
              AllOf(HasSubstr("300 MiB"), HasSubstr("batch_size"),
                    HasSubstr("--slot-memory")));
}

TEST_F(SlotRunnerTest, OutcomeOfATrainerThatHeldTooMuchMemoryStands) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train());
  trainer.held_memory = kMemoryLimit + 1;
  Pass(absl::Milliseconds(100));
  EXPECT_TRUE(trainer.killed);
  // It was on its way.
  trainer.SayOutcome(9);
  trainer.Exit(SIGKILL);
  EXPECT_EQ(Outcome().error().code(), 9);
}

TEST_F(SlotRunnerTest, MemoryOfASpareIsItsOwnAffair) {
  MakeSlot();
  spawner_.trainers[0]->held_memory = kMemoryLimit + 1;
  spawner_.trainers[0]->SayReady();
  EXPECT_EQ(slot_->Turn(), absl::InfiniteDuration());
  Pass(absl::Hours(1));
  EXPECT_FALSE(spawner_.trainers[0]->killed);
}

TEST_F(SlotRunnerTest, KillBySomebodyElseIsRetryable) {
  MakeSlot();
  Run(Train()).Exit(SIGKILL);
  EXPECT_EQ(Reason(), v1::ERROR_REASON_TRAINER_DIED);
  EXPECT_THAT(Outcome().error().message(), HasSubstr("last words"));
  EXPECT_TRUE(Outcome().retryable());
}

TEST_F(SlotRunnerTest, DropKillsAndSaysNothing) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train());
  slot_->Drop({"i1", 2});
  EXPECT_TRUE(trainer.killed);
  trainer.SayLog("late");
  trainer.Exit(SIGKILL);
  EXPECT_THAT(events_, SizeIs(0));
  EXPECT_FALSE(slot_->busy());
}

TEST_F(SlotRunnerTest, TrainerThatLingersIsKilled) {
  MakeSlot();
  FakeSpawner::Trainer& trainer = Run(Train());
  trainer.SayOutcome(0);
  Pass(absl::Seconds(9));
  EXPECT_FALSE(trainer.killed);
  Pass(absl::Seconds(1));
  EXPECT_TRUE(trainer.killed);
}

TEST_F(SlotRunnerTest, NextItemWaitsForTheEndOfTheTrainerBefore) {
  MakeSlot();
  FakeSpawner::Trainer& first = Run(Train());
  first.SayOutcome(0);
  slot_->Turn();
  FakeSpawner::Trainer& second = *spawner_.trainers.back();
  second.SayReady();
  slot_->Start(Train());
  slot_->Turn();
  EXPECT_TRUE(first.killed);
  EXPECT_THAT(second.received, SizeIs(0));
  first.Exit(SIGKILL);
  slot_->Turn();
  EXPECT_THAT(second.received, SizeIs(1));
}

TEST_F(SlotRunnerTest, MissingArtifactEndsTheItem) {
  MakeSlot();
  WorkItem item = Train();
  item.mutable_train()->mutable_training()->mutable_artifact()->set_key(
      "missing/1");
  slot_->Start(item);
  EXPECT_EQ(Outcome().error().code(), 5);
  EXPECT_THAT(Outcome().error().message(), HasSubstr("missing/1"));
  EXPECT_TRUE(Outcome().retryable());
  EXPECT_EQ(Outcome().place_fault(), v1::PLACE_FAULT_STAGING);
}

TEST_F(SlotRunnerTest, SpawnerThatFailsIsTriedAgain) {
  spawner_.spawn_status = absl::ResourceExhaustedError("no more processes");
  MakeSlot();
  spawner_.spawn_status = absl::OkStatus();
  Pass(absl::Seconds(30));
  EXPECT_THAT(spawner_.trainers, SizeIs(1));
}

TEST_F(SlotRunnerTest, SamplesAndAnswersPassThrough) {
  MakeSlot(v1::Slot::PREDICTION);
  WorkItem item;
  item.set_uid("i1");
  item.set_fence(2);
  item.mutable_predict()->mutable_model()->mutable_artifact()->set_key("m/1");
  internal::v1::PredictBatch batch;
  batch.set_number(1);
  slot_->Predict(KeyOf(item), batch);
  FakeSpawner::Trainer& trainer = Run(item);
  EXPECT_EQ(trainer.received[0].assignment().artifacts(0).key(), "m/1");
  slot_->Predict(KeyOf(item), batch);
  ASSERT_THAT(trainer.received, SizeIs(2)) << "the first had nobody to go to";
  EXPECT_EQ(trainer.received[1].predict().number(), 1);
  internal::v1::TrainerMessage answer;
  answer.mutable_predicted()->set_number(1);
  trainer.sink.on_message(answer);
  ASSERT_THAT(predicted_, SizeIs(1));
  EXPECT_EQ(predicted_[0].number(), 1);
}

}  // namespace
}  // namespace tunesmith::worker
