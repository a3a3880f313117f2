// The parts of the agent that are pure.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "worker/agent/backoff.h"
#include "worker/agent/event_buffer.h"
#include "worker/agent/process/device_probe.h"
#include "worker/agent/process/trainer_command.h"
#include "worker/agent/reconcile.h"
#include "worker/agent/slot_plan.h"
#include "worker/agent/staging.h"
#include "worker/agent/step_meter.h"

namespace tunesmith::worker {
namespace {

using internal::v1::DesiredState;
using internal::v1::WorkEvent;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = Action::Kind;

DesiredState Desired(const std::vector<HeldItem>& items) {
  DesiredState desired;
  for (const HeldItem& item : items) {
    auto& assignment = *desired.add_assignments();
    assignment.mutable_item()->set_uid(item.key.uid);
    assignment.mutable_item()->set_fence(item.key.fence);
    assignment.set_cancel(item.stop == ItemStop::kCancel);
    assignment.set_suspend(item.stop == ItemStop::kSuspend);
  }
  return desired;
}

std::vector<std::pair<Kind, ItemKey>> Steps(const DesiredState& desired,
                                            const std::vector<HeldItem>& held,
                                            const std::set<ItemKey>& finished) {
  std::vector<std::pair<Kind, ItemKey>> steps;
  for (const Action& action : Reconcile(desired, held, finished)) {
    steps.push_back({action.kind, action.key});
  }
  return steps;
}

TEST(ReconcileTest, EqualStatesNeedNothing) {
  EXPECT_THAT(Steps(Desired({{{"a", 1}}}), {{{"a", 1}}}, {}), IsEmpty());
}

constexpr ItemStop kCancel = ItemStop::kCancel;
constexpr ItemStop kSuspend = ItemStop::kSuspend;

TEST(ReconcileTest, DropsComeBeforeStartsBeforeStops) {
  EXPECT_THAT(
      Steps(Desired({{{"a", 1}, kCancel}, {{"b", 2}}, {{"c", 1}, kSuspend}}),
            {{{"a", 1}}, {{"b", 1}}, {{"d", 1}}}, {}),
      ElementsAre(std::pair(Kind::kDrop, ItemKey{"b", 1}),
                  std::pair(Kind::kDrop, ItemKey{"d", 1}),
                  std::pair(Kind::kStart, ItemKey{"b", 2}),
                  std::pair(Kind::kStart, ItemKey{"c", 1}),
                  std::pair(Kind::kStop, ItemKey{"a", 1}),
                  std::pair(Kind::kStop, ItemKey{"c", 1})));
}

TEST(ReconcileTest, AStopIsAskedOnceAndACancelOverridesIt) {
  for (ItemStop stop : {kCancel, kSuspend}) {
    EXPECT_THAT(Steps(Desired({{{"a", 1}, stop}}), {{{"a", 1}, stop}}, {}),
                IsEmpty());
  }
  std::vector<Action> actions =
      Reconcile(Desired({{{"a", 1}, kCancel}}), {{{"a", 1}, kSuspend}}, {});
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].stop, kCancel);
  EXPECT_THAT(
      Reconcile(Desired({{{"a", 1}, kSuspend}}), {{{"a", 1}, kCancel}}, {}),
      IsEmpty());
}

TEST(ReconcileTest, FinishedItemIsNotTakenUpAgain) {
  EXPECT_THAT(Steps(Desired({{{"a", 1}}}), {}, {{"a", 1}}), IsEmpty());
}

TEST(ReconcileTest, RepeatedAssignmentStartsOnce) {
  EXPECT_THAT(Steps(Desired({{{"a", 1}}, {{"a", 1}}}), {}, {}),
              ElementsAre(std::pair(Kind::kStart, ItemKey{"a", 1})));
}

WorkEvent Log(size_t bytes) {
  WorkEvent event;
  event.mutable_log()->set_message(std::string(bytes, 'x'));
  return event;
}

TEST(EventBufferTest, LargeEventsTravelAlone) {
  EventBuffer buffer({"a", 1});
  for (int i = 0; i < 3; ++i) buffer.Append(Log(300 << 10));
  for (int i = 1; i <= 3; ++i) {
    auto batch = buffer.NextBatch();
    ASSERT_TRUE(batch.has_value());
    ASSERT_EQ(batch->events_size(), 1);
    EXPECT_EQ(batch->events(0).sequence(), i);
    EXPECT_EQ(batch->item_uid(), "a");
  }
  EXPECT_FALSE(buffer.NextBatch().has_value());
}

TEST(EventBufferTest, WindowOpensWithAcknowledgements) {
  EventBuffer buffer({"a", 1});
  for (int i = 0; i < 10000; ++i) buffer.Append(Log(10));
  int sent = 0;
  while (auto batch = buffer.NextBatch()) sent += batch->events_size();
  EXPECT_GT(sent, 0);
  EXPECT_LT(sent, 10000);
  buffer.Acknowledge(sent);
  auto batch = buffer.NextBatch();
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->events(0).sequence(), sent + 1);
}

TEST(EventBufferTest, RewindStartsAtTheOldestKept) {
  EventBuffer buffer({"a", 1});
  for (int i = 0; i < 4; ++i) buffer.Append(Log(10));
  buffer.NextBatch();
  buffer.Acknowledge(2);
  buffer.Rewind();
  EXPECT_EQ(buffer.NextBatch()->events(0).sequence(), 3);
}

TEST(EventBufferTest, NothingFollowsAnOutcome) {
  EventBuffer buffer({"a", 1});
  WorkEvent outcome;
  outcome.mutable_outcome();
  buffer.Append(outcome);
  buffer.Append(Log(1));
  EXPECT_TRUE(buffer.ended());
  EXPECT_EQ(buffer.size(), 1);
  // A server cannot acknowledge what does not exist yet into harm.
  buffer.Acknowledge(1000);
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.bytes(), 0);
}

TEST(SlotPlanTest, WorkerIdIsAlwaysAnId) {
  EXPECT_EQ(WorkerIdFromHostName("Node_7.Example.org"), "node-7.example.org");
  EXPECT_EQ(WorkerIdFromHostName("--x"), "x");
  EXPECT_EQ(WorkerIdFromHostName(""), "worker");
  EXPECT_EQ(WorkerIdFromHostName("___"), "worker");
  EXPECT_EQ(WorkerIdFromHostName(std::string(100, 'a')).size(), 63);
}

TEST(ProbeAnswerTest, OtherLinesArePassedOver) {
  EXPECT_EQ(ParseProbeAnswer("hello\n{}\n[1]\n{\"device\":\"cuda:0\","
                             "\"compute_capability\":\"8.6\"}\nbye"),
            ProbeAnswer{"8.6"});
  EXPECT_EQ(ParseProbeAnswer("{\"device\":\"cuda:0\","
                             "\"compute_capability\":8.6}"),
            ProbeAnswer{""});
  EXPECT_EQ(ParseProbeAnswer(""), std::nullopt);
  EXPECT_EQ(ParseProbeAnswer("{\"devices\":1}\n{"), std::nullopt);
}

TEST(TrainerCommandTest, TrainerOfAGpuSeesItAlone) {
  v1::Slot slot;
  slot.set_device_kind(v1::Resources::CUDA);
  slot.set_device("cuda:3");
  slot.set_device_uuid("GPU-d");
  slot.set_threads(4);
  TrainerCommand command = CommandOfSlot(slot, /*slots_per_gpu=*/1);
  EXPECT_EQ(command.device, "cuda:0");
  EXPECT_EQ(command.threads, 4);
  EXPECT_FALSE(command.probe);
  EXPECT_THAT(command.environment, ElementsAre("CUDA_VISIBLE_DEVICES=GPU-d",
                                               "CUDA_DEVICE_ORDER=PCI_BUS_ID"));
  EXPECT_THAT(CommandOfSlot(slot, /*slots_per_gpu=*/4).environment,
              Contains("PYTORCH_ALLOC_CONF=per_process_memory_fraction:0.25"));
}

TEST(TrainerCommandTest, TrainerOfACpuSeesNoGpu) {
  v1::Slot slot;
  slot.set_device_kind(v1::Resources::CPU);
  slot.set_device("cpu");
  TrainerCommand command = CommandOfSlot(slot, /*slots_per_gpu=*/4);
  EXPECT_EQ(command.device, "cpu");
  EXPECT_THAT(command.environment, ElementsAre("CUDA_VISIBLE_DEVICES="));
}

TEST(TrainerCommandTest, ProbeSeesTheGpuThatItTries) {
  TrainerCommand command = CommandOfProbe("MIG-1");
  EXPECT_TRUE(command.probe);
  EXPECT_EQ(command.device, "cuda:0");
  EXPECT_THAT(command.environment, Contains("CUDA_VISIBLE_DEVICES=MIG-1"));
}

TEST(StagingTest, EveryArtifactOnce) {
  internal::v1::WorkItem item;
  item.mutable_train()->mutable_base_model()->mutable_artifact()->set_key("m");
  item.mutable_train()->mutable_training()->mutable_artifact()->set_key("d");
  item.mutable_train()->mutable_test()->mutable_artifact()->set_key("d");
  EXPECT_THAT(ArtifactKeysOf(item), ElementsAre("m", "d"));
  item.mutable_import()->mutable_model()->mutable_artifact()->set_key("i");
  EXPECT_THAT(ArtifactKeysOf(item), ElementsAre("i"));
}

v1::Progress At(v1::Progress::Phase phase, int64_t step) {
  v1::Progress progress;
  progress.set_phase(phase);
  progress.set_step(step);
  progress.set_examples(step * 16);
  return progress;
}

TEST(StepMeterTest, EveryStepIsCountedAndOnlyTrainingIsTimed) {
  StepMeter meter;
  EXPECT_FALSE(meter.Add(At(v1::Progress::LOADING, 0), absl::Seconds(1)));
  auto first = meter.Add(At(v1::Progress::TRAINING, 1), absl::Seconds(9));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->steps, 1);
  EXPECT_EQ(first->examples, 16);
  EXPECT_FALSE(first->elapsed.has_value());

  // A report without a step does not start the time anew.
  EXPECT_FALSE(meter.Add(At(v1::Progress::TRAINING, 1), absl::Seconds(10)));
  auto timed = meter.Add(At(v1::Progress::TRAINING, 5), absl::Seconds(11));
  ASSERT_TRUE(timed.has_value());
  EXPECT_EQ(timed->steps, 4);
  EXPECT_EQ(timed->examples, 64);
  EXPECT_EQ(timed->elapsed, absl::Seconds(2));

  auto last = meter.Add(At(v1::Progress::EVALUATING, 7), absl::Seconds(12));
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->steps, 2);
  EXPECT_FALSE(last->elapsed.has_value());
  // One that goes backwards, as no trainer should.
  EXPECT_FALSE(meter.Add(At(v1::Progress::TRAINING, 2), absl::Seconds(51)));
}

TEST(StepMeterTest, ResumedRunCountsFromWhereItBegan) {
  StepMeter meter;
  EXPECT_FALSE(meter.Add(At(v1::Progress::TRAINING, 100), absl::Seconds(1)));
  EXPECT_EQ(meter.Add(At(v1::Progress::TRAINING, 101), absl::Seconds(2))->steps,
            1);
}

TEST(BackoffTest, PausesStayWithinTheirHalf) {
  Backoff backoff(absl::Seconds(1), absl::Seconds(3), 42);
  for (int seconds : {1, 2, 3, 3}) {
    absl::Duration pause = backoff.Next();
    EXPECT_GE(pause, absl::Seconds(seconds) / 2);
    EXPECT_LE(pause, absl::Seconds(seconds));
  }
  backoff.Reset();
  EXPECT_LE(backoff.Next(), absl::Seconds(1));
}

}  // namespace
}  // namespace tunesmith::worker
