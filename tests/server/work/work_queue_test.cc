#include "server/work/work_queue.h"

#include "proto/contract/base/reason.h"
#include "tests/server/work/work_fixture.h"

namespace tunesmith::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using WorkQueueTest = WorkTest;

TEST_F(WorkQueueTest, ClaimLeasesTheItemWithFenceAndAttempt) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  std::optional<WorkRow> row = Claim(TrainingSlot("w", 3));
  ASSERT_TRUE(row.has_value());
  EXPECT_TRUE(row->leased());
  EXPECT_EQ(row->fence, 1);
  EXPECT_EQ(row->attempt, 1);
  EXPECT_EQ(row->worker_id, "w");
  EXPECT_EQ(row->worker_boot, 1);
  EXPECT_EQ(row->slot, 3);
  EXPECT_EQ(row->subject, "jobs/a");
  EXPECT_EQ(row->item.uid(), "a");
  EXPECT_EQ(row->item.fence(), 1);
  EXPECT_EQ(row->item.attempt(), 1);
  EXPECT_EQ(row->item.train().job(), "jobs/a");
  EXPECT_TRUE(CheckLease(row->lease()).ok());
  EXPECT_THAT(Uids(WorkQueue::ListLeased), ElementsAre("a"));
  EXPECT_THAT(Waiting(), IsEmpty());
}

TEST_F(WorkQueueTest, HighestPriorityThenOldestComesFirst) {
  ASSERT_TRUE(Add(TrainingItem("old")).ok());
  ASSERT_TRUE(Add(TrainingItem("urgent", 5)).ok());
  ASSERT_TRUE(Add(TrainingItem("new")).ok());
  EXPECT_THAT(Waiting(), ElementsAre("urgent", "old", "new"));
  EXPECT_EQ(Claim(TrainingSlot("w", 0))->uid, "urgent");
  EXPECT_EQ(Claim(TrainingSlot("w", 1))->uid, "old");
  EXPECT_EQ(Claim(TrainingSlot("w", 2))->uid, "new");
  EXPECT_FALSE(Claim(TrainingSlot("w", 3)).has_value());
}

TEST_F(WorkQueueTest, TakenSlotGetsNothing) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  ASSERT_TRUE(Add(TrainingItem("b")).ok());
  ASSERT_TRUE(Claim(TrainingSlot("w")).has_value());
  EXPECT_FALSE(Claim(TrainingSlot("w")).has_value());
  EXPECT_TRUE(Claim(TrainingSlot("another")).has_value());
}

TEST_F(WorkQueueTest, OnlyItemsThatFitAreClaimed) {
  NewWorkItem inspect = TrainingItem("inspect", 9);
  inspect.needs.purpose = v1::Slot::AUXILIARY;
  NewWorkItem gpu = TrainingItem("gpu", 8);
  gpu.needs.device_kind = v1::Resources::CUDA;
  NewWorkItem cpu = TrainingItem("cpu", 1);
  cpu.needs.device_kind = v1::Resources::CPU;
  ASSERT_TRUE(Add(inspect).ok());
  ASSERT_TRUE(Add(gpu).ok());
  ASSERT_TRUE(Add(cpu).ok());
  EXPECT_EQ(Claim(TrainingSlot("w"))->uid, "cpu");
  EXPECT_FALSE(Claim(TrainingSlot("w", 1)).has_value());
  EXPECT_EQ(Claim(GpuSlot("w", 2, /*memory_bytes=*/0))->uid, "gpu");
  FreeSlot slot = TrainingSlot("w", 3);
  slot.offer.purpose = v1::Slot::AUXILIARY;
  EXPECT_EQ(Claim(slot)->uid, "inspect");
}

TEST_F(WorkQueueTest, AnItemIsNotClaimedForLessMemoryThanItNeeds) {
  NewWorkItem large = TrainingItem("large", 9);
  large.needs.device_memory_bytes = 40;
  ASSERT_TRUE(Add(large).ok());
  ASSERT_TRUE(Add(TrainingItem("small")).ok());
  EXPECT_EQ(Claim(GpuSlot("w", 0, 39))->uid, "small");
  std::optional<WorkRow> row = Claim(GpuSlot("w", 1, 40));
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->uid, "large");
  EXPECT_EQ(row->needs.device_memory_bytes, 40);
}

TEST_F(WorkQueueTest, ASlotGetsNoItemThatItIsRefused) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  ASSERT_TRUE(Add(TrainingItem("b")).ok());
  ASSERT_TRUE(Add(TrainingItem("c")).ok());
  FreeSlot slot = TrainingSlot("w");
  slot.refused = {"a", "b"};
  EXPECT_EQ(Claim(slot)->uid, "c");
  EXPECT_EQ(Claim(TrainingSlot("other"))->uid, "a");
}

TEST_F(WorkQueueTest, ASlotThatIsAloneTakesNothingBesideALeaseOfItsWorker) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  ASSERT_TRUE(Add(TrainingItem("b")).ok());
  FreeSlot first = TrainingSlot("w", 0);
  FreeSlot second = TrainingSlot("w", 1);
  first.alone = second.alone = true;
  std::optional<WorkRow> row = Claim(first);
  ASSERT_TRUE(row.has_value());
  EXPECT_FALSE(Claim(second).has_value());
  ASSERT_TRUE(Requeue(row->lease(), absl::ZeroDuration()).ok());
  EXPECT_TRUE(Claim(second).has_value());
}

TEST_F(WorkQueueTest, RequeuedItemWaitsForItsTimeAndKillsTheOldLease) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  LeaseKey first = Claim(TrainingSlot("w"))->lease();
  constexpr absl::Duration kDelay = absl::Seconds(5);
  ASSERT_TRUE(Requeue(first, kDelay).ok());
  EXPECT_EQ(ReasonOf(CheckLease(first).status()), "FENCED");
  EXPECT_EQ(Requeue(first, kDelay).code(), absl::StatusCode::kAborted);
  EXPECT_FALSE(Claim(TrainingSlot("w")).has_value());
  EXPECT_THAT(Waiting(), IsEmpty());
  test_.store->ReadNow([&](Connection& db) {
    EXPECT_EQ(WorkQueue::NextDelayEnd(db, test_.clock.Now())->value(), kDelay);
  });
  test_.clock.Advance(kDelay);
  std::optional<WorkRow> again = Claim(TrainingSlot("w"));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->fence, 2);
  EXPECT_EQ(again->attempt, 2);
  EXPECT_EQ(ReasonOf(CheckLease(first).status()), "FENCED");
  test_.store->ReadNow([&](Connection& db) {
    EXPECT_FALSE(WorkQueue::NextDelayEnd(db, test_.clock.Now())->has_value());
  });
}

TEST_F(WorkQueueTest, ADelayEndsWhereTheClockStandsBeforeItsBegin) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  ASSERT_TRUE(Requeue(Claim(TrainingSlot("w"))->lease(), absl::Hours(1)).ok());
  test_.clock.JumpWallClock(-absl::Seconds(1));
  EXPECT_TRUE(Claim(TrainingSlot("w")).has_value());
}

TEST_F(WorkQueueTest, FirstInIsFirstOutWhereTheClockIsSetBack) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  test_.clock.JumpWallClock(-absl::Hours(1));
  ASSERT_TRUE(Add(TrainingItem("b")).ok());
  EXPECT_THAT(Waiting(), ElementsAre("a", "b"));
}

TEST_F(WorkQueueTest, WaitingMakesUpForPriorityAtTheRateOfAPoint) {
  ASSERT_TRUE(Add(TrainingItem("patient")).ok());
  test_.clock.Advance(absl::Hours(2) + absl::Seconds(1));
  ASSERT_TRUE(Add(TrainingItem("two", 2)).ok());
  ASSERT_TRUE(Add(TrainingItem("three", 3)).ok());
  EXPECT_THAT(Waiting(), ElementsAre("three", "patient", "two"));
  auto set = [&](absl::Duration point) {
    ASSERT_TRUE(test_
                    .Write([&](Transaction& tx) {
                      return WorkQueue::SetPriorityPoint(tx, point);
                    })
                    .ok());
  };
  set(absl::Hours(1000));
  EXPECT_THAT(Waiting(), ElementsAre("three", "two", "patient"));
  set(absl::ZeroDuration());
  EXPECT_THAT(Waiting(), ElementsAre("patient", "two", "three"));
}

TEST_F(WorkQueueTest, AnItemKeepsItsTurnOverAnAttempt) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  test_.clock.Advance(absl::Seconds(1));
  ASSERT_TRUE(Add(TrainingItem("b")).ok());
  ASSERT_TRUE(
      Requeue(Claim(TrainingSlot("w"))->lease(), absl::ZeroDuration()).ok());
  EXPECT_THAT(Waiting(), ElementsAre("a", "b"));
}

TEST_F(WorkQueueTest, AnOrderThatIsSetHoldsAtOnce) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  ASSERT_TRUE(Add(TrainingItem("b")).ok());
  auto set = [&](const std::string& uid) {
    return test_.Write([&](Transaction& tx) {
      return WorkQueue::SetOrder(tx, uid, 1, /*preempts=*/true);
    });
  };
  ASSERT_TRUE(set("b").ok());
  EXPECT_THAT(Waiting(), ElementsAre("b", "a"));
  EXPECT_THAT(
      Uids([](Connection& db) { return WorkQueue::ListPreempting(db, 10); }),
      ElementsAre("b"));
  EXPECT_EQ(set("none").code(), absl::StatusCode::kNotFound);
}

TEST_F(WorkQueueTest, AnItemCanGoOnWhereAnEarlierOneEnded) {
  NewWorkItem item = TrainingItem("a");
  item.attempt = 3;
  item.fence = 40;
  ASSERT_TRUE(Add(item).ok());
  std::optional<WorkRow> row = Claim(TrainingSlot("w"));
  EXPECT_EQ(row->attempt, 4);
  EXPECT_EQ(row->fence, 41);
  EXPECT_EQ(row->max_attempts, 6);
}

TEST_F(WorkQueueTest, EventSequenceBelongsToTheLease) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  LeaseKey first = Claim(TrainingSlot("w"))->lease();
  auto set = [&](const LeaseKey& lease, int64_t sequence) {
    return test_.Write([&](Transaction& tx) {
      return WorkQueue::SetEventSequence(tx, lease, sequence);
    });
  };
  ASSERT_TRUE(set(first, 17).ok());
  EXPECT_EQ(CheckLease(first)->event_sequence, 17);
  ASSERT_TRUE(Requeue(first, absl::ZeroDuration()).ok());
  std::optional<WorkRow> second = Claim(TrainingSlot("w"));
  EXPECT_EQ(second->event_sequence, 0);
  EXPECT_EQ(ReasonOf(set(first, 18)), "FENCED");
  EXPECT_EQ(CheckLease(second->lease())->event_sequence, 0);
}

TEST_F(WorkQueueTest, StopAndPayloadAreKept) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  LeaseKey lease = Claim(TrainingSlot("w"))->lease();
  internal::v1::WorkItem payload;
  payload.mutable_train()->set_output_key("out/1");
  ASSERT_TRUE(test_
                  .Write([&](Transaction& tx) {
                    absl::Status status =
                        WorkQueue::SetStop(tx, "a", StopKind::kCancel);
                    if (!status.ok()) return status;
                    return WorkQueue::SetPayload(tx, "a", payload);
                  })
                  .ok());
  absl::StatusOr<WorkRow> row = CheckLease(lease);
  EXPECT_EQ(row->stop, StopKind::kCancel);
  EXPECT_EQ(row->item.train().output_key(), "out/1");
  EXPECT_EQ(row->item.uid(), "a");
}

TEST_F(WorkQueueTest, AHeldItemIsLeasedAfterItsReleaseOnly) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  LeaseKey lease = Claim(TrainingSlot("w"))->lease();
  auto write = [&](auto command) {
    return test_.Write([&](Transaction& tx) { return command(tx, "a"); });
  };
  ASSERT_TRUE(test_
                  .Write([](Transaction& tx) {
                    return WorkQueue::SetStop(tx, "a", StopKind::kSuspend);
                  })
                  .ok());
  ASSERT_TRUE(write(&WorkQueue::Hold).ok());
  EXPECT_EQ(ReasonOf(CheckLease(lease).status()), "FENCED");
  EXPECT_FALSE(Claim(TrainingSlot("w")).has_value());
  ASSERT_TRUE(write(&WorkQueue::AddAttempt).ok());
  ASSERT_TRUE(write(&WorkQueue::Release).ok());
  EXPECT_EQ(write(&WorkQueue::Release).code(), absl::StatusCode::kNotFound);
  std::optional<WorkRow> next = Claim(TrainingSlot("w"));
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->fence, lease.fence + 1);
  EXPECT_EQ(next->attempt, 2);
  EXPECT_EQ(next->stop, StopKind::kNone);
}

TEST_F(WorkQueueTest, UnknownItemsAreNamedAndRemovingThemIsFine) {
  absl::Status status = test_.Write([](Transaction& tx) {
    return WorkQueue::SetStop(tx, "none", StopKind::kCancel);
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  status = test_.Write([](Transaction& tx) {
    return WorkQueue::SetPayload(tx, "none", internal::v1::WorkItem());
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(
      test_.Write([](Transaction& tx) { return WorkQueue::Remove(tx, "none"); })
          .ok());
  EXPECT_EQ(ReasonOf(CheckLease({"none", 1}).status()), "FENCED");
}

TEST_F(WorkQueueTest, RemovedItemFreesItsSlotAndFencesItsLease) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  ASSERT_TRUE(Add(TrainingItem("b")).ok());
  LeaseKey lease = Claim(TrainingSlot("w"))->lease();
  ASSERT_TRUE(
      test_.Write([](Transaction& tx) { return WorkQueue::Remove(tx, "a"); })
          .ok());
  EXPECT_EQ(ReasonOf(CheckLease(lease).status()), "FENCED");
  EXPECT_EQ(Claim(TrainingSlot("w"))->uid, "b");
}

TEST_F(WorkQueueTest, FindsByUidAndBySubjectOfTheTenant) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  test_.store->ReadNow([](Connection& db) {
    EXPECT_EQ((*WorkQueue::Find(db, "a"))->subject, "jobs/a");
    EXPECT_FALSE(WorkQueue::Find(db, "b")->has_value());
    EXPECT_EQ((*WorkQueue::FindBySubject(db, "tenant", "subject-a"))->uid, "a");
    EXPECT_FALSE(
        WorkQueue::FindBySubject(db, "other", "subject-a")->has_value());
  });
}

TEST_F(WorkQueueTest, SameUidTwiceIsAlreadyExists) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  EXPECT_EQ(Add(TrainingItem("a")).code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(WorkQueueTest, DamagedPayloadIsDataLoss) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  ASSERT_TRUE(test_
                  .Write([](Transaction& tx) {
                    return tx.db().Execute(
                        "UPDATE work_items SET payload = x'ff'");
                  })
                  .ok());
  test_.store->ReadNow([](Connection& db) {
    EXPECT_EQ(WorkQueue::Find(db, "a").status().code(),
              absl::StatusCode::kDataLoss);
  });
}

}  // namespace
}  // namespace tunesmith::server
