#include "server/work/scheduler.h"

#include <sqlite3.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/server/work/work_fixture.h"

namespace tunesmith::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Workers' slots, and what became of the leases.
class SchedulerTest : public WorkTest, public SlotSource, public LeaseSink {
 protected:
  std::vector<FreeSlot> FreeSlots() override {
    ++asked_;
    return free_;
  }

  std::vector<FreeSlot> TakenSlots() override { return taken_; }

  absl::Status OnPreempted(Transaction& tx,
                           const Preempted& preempted) override {
    tx.OnCommit(
        [this, uid = preempted.running.uid] { preempted_.push_back(uid); });
    return absl::OkStatus();
  }

  absl::Status OnLeased(Transaction& tx, const WorkRow& row) override {
    if (!refusal_.ok()) return refusal_;
    tx.OnCommit([this, row] {
      leased_.push_back(row.uid);
      std::erase_if(free_, [&](const FreeSlot& slot) {
        if (slot.worker_id != row.worker_id || slot.slot != row.slot) {
          return false;
        }
        taken_.push_back(slot);
        return true;
      });
    });
    return absl::OkStatus();
  }

  // "worker/slot" of an item that is leased.
  std::string SlotOf(const std::string& uid) {
    std::string place;
    test_.store->ReadNow([&](Connection& db) {
      std::optional<WorkRow> row = WorkQueue::Find(db, uid).value();
      if (row.has_value() && row->leased()) {
        place = absl::StrCat(row->worker_id, "/", row->slot);
      }
    });
    return place;
  }

  // A round and its commits.
  void Round() {
    scheduler_.RunOnce();
    while (test_.store->CommitPending() > 0) {
    }
  }

  std::vector<FreeSlot> free_;
  std::vector<FreeSlot> taken_;
  std::vector<std::string> leased_;
  std::vector<std::string> preempted_;
  int asked_ = 0;
  absl::Status refusal_;
  Scheduler scheduler_{test_.store.get(), this, this, &test_.clock,
                       OrderPolicy()};
};

TEST_F(SchedulerTest, EveryFreeSlotGetsTheNextItem) {
  for (std::string uid : {"a", "b", "c"}) {
    ASSERT_TRUE(Add(TrainingItem(uid)).ok());
  }
  free_ = {TrainingSlot("w", 0), TrainingSlot("w", 1)};
  Round();
  EXPECT_THAT(leased_, ElementsAre("a", "b"));
  EXPECT_THAT(free_, IsEmpty());
  EXPECT_THAT(Waiting(), ElementsAre("c"));
}

TEST_F(SchedulerTest, WhatCanRunOnEitherGetsAGpuBeforeACpu) {
  for (std::string uid : {"a", "b"}) {
    ASSERT_TRUE(Add(TrainingItem(uid)).ok());
  }
  free_ = {TrainingSlot("a-worker", 0), GpuSlot("w", 0, 1)};
  Round();
  EXPECT_EQ(SlotOf("a"), "w/0");
  EXPECT_EQ(SlotOf("b"), "a-worker/0");
}

TEST_F(SchedulerTest, ACpuIsTakenWhileEveryGpuIsBusy) {
  free_ = {GpuSlot("w", 0, 1)};
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  Round();
  free_ = {TrainingSlot("w", 1)};
  ASSERT_TRUE(Add(TrainingItem("b")).ok());
  Round();
  EXPECT_EQ(SlotOf("b"), "w/1");
}

TEST_F(SchedulerTest, SmallGpusAreOfferedFirstAndLargeOnesAreLeftForLargeJobs) {
  ASSERT_TRUE(Add(TrainingItem("small", 5)).ok());
  NewWorkItem large = TrainingItem("large");
  large.needs.device_memory_bytes = 80;
  ASSERT_TRUE(Add(large).ok());
  free_ = {GpuSlot("w", 0, 80), GpuSlot("w", 1, 24)};
  Round();
  EXPECT_EQ(SlotOf("small"), "w/1");
  EXPECT_EQ(SlotOf("large"), "w/0");
}

TEST_F(SchedulerTest, EqualGpusAreOfferedByWorkerAndSlot) {
  for (std::string uid : {"a", "b", "c"}) {
    ASSERT_TRUE(Add(TrainingItem(uid)).ok());
  }
  free_ = {GpuSlot("w2", 0, 8), GpuSlot("w1", 3, 8), GpuSlot("w1", 2, 8)};
  Round();
  EXPECT_EQ(SlotOf("a"), "w1/2");
  EXPECT_EQ(SlotOf("b"), "w1/3");
  EXPECT_EQ(SlotOf("c"), "w2/0");
}

TEST_F(SchedulerTest, SlotIsOfferedOnceWhileItsWriteIsPending) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  ASSERT_TRUE(Add(TrainingItem("b")).ok());
  free_ = {TrainingSlot("w")};
  scheduler_.RunOnce();
  scheduler_.RunOnce();
  // The offer, and the end of the round.
  EXPECT_EQ(test_.store->CommitPending(), 2);
  EXPECT_THAT(leased_, ElementsAre("a"));
  // The round that was asked for meanwhile is not forgotten.
  EXPECT_TRUE(scheduler_.WaitForWork());
}

TEST_F(SchedulerTest, RefusedLeaseIsUndoneAndTriedAgainLater) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  free_ = {TrainingSlot("w")};
  refusal_ = absl::AbortedError("the worker is gone");
  Round();
  EXPECT_THAT(Waiting(), ElementsAre("a"));
  EXPECT_THAT(leased_, IsEmpty());
  refusal_ = absl::OkStatus();
  test_.clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(scheduler_.WaitForWork());
  Round();
  EXPECT_THAT(leased_, ElementsAre("a"));
}

TEST_F(SchedulerTest, OfferThatCouldNotBeCommittedIsRepeated) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  free_ = {TrainingSlot("w")};
  test_.vfs.FailOperation(FaultVfs::Operation::kWrite, 1, SQLITE_FULL);
  Round();
  EXPECT_THAT(leased_, IsEmpty());
  test_.clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(scheduler_.WaitForWork());
  Round();
  EXPECT_THAT(leased_, ElementsAre("a"));
}

TEST_F(SchedulerTest, WakesWhenTheTimeOfADelayedItemHasCome) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  LeaseKey lease = Claim(TrainingSlot("w"))->lease();
  ASSERT_TRUE(Requeue(lease, absl::Minutes(1)).ok());
  free_ = {TrainingSlot("w")};
  Round();
  EXPECT_THAT(leased_, IsEmpty());
  test_.clock.Advance(absl::Minutes(1));
  // One round ends the delay, and wakes another for the lease.
  EXPECT_TRUE(scheduler_.WaitForWork());
  Round();
  EXPECT_TRUE(scheduler_.WaitForWork());
  Round();
  EXPECT_THAT(leased_, ElementsAre("a"));
}

TEST_F(SchedulerTest, AWallClockThatIsSetBackEndsADelayAndMakesNothingLate) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  LeaseKey lease = Claim(TrainingSlot("w"))->lease();
  ASSERT_TRUE(Requeue(lease, absl::Seconds(2)).ok());
  free_ = {TrainingSlot("w")};
  Round();
  test_.clock.JumpWallClock(-absl::Hours(1));
  test_.clock.Advance(absl::Seconds(2));
  EXPECT_TRUE(scheduler_.WaitForWork());
  Round();
  EXPECT_TRUE(scheduler_.WaitForWork());
  Round();
  EXPECT_THAT(leased_, ElementsAre("a"));
}

TEST_F(SchedulerTest, WhatPreemptsTakesTheSlotOfTheLastOfItsTenant) {
  ASSERT_TRUE(Add(TrainingItem("first")).ok());
  ASSERT_TRUE(Add(TrainingItem("second")).ok());
  free_ = {TrainingSlot("w", 0), TrainingSlot("w", 1)};
  Round();
  NewWorkItem urgent = TrainingItem("urgent", 5);
  urgent.preempts = true;
  ASSERT_TRUE(Add(urgent).ok());
  Round();
  EXPECT_THAT(preempted_, ElementsAre("second"));
  // It is waited for, and no other one has to go.
  Round();
  EXPECT_THAT(preempted_, ElementsAre("second"));
  WorkRow row = Row("second");
  EXPECT_EQ(row.stop, StopKind::kSuspend);
  // It gives the slot, and waits in its turn.
  ASSERT_TRUE(Requeue(row.lease(), absl::ZeroDuration()).ok());
  taken_.pop_back();
  free_ = {TrainingSlot("w", 1)};
  Round();
  EXPECT_THAT(leased_, ElementsAre("first", "second", "urgent"));
  EXPECT_THAT(Waiting(), ElementsAre("second"));
}

TEST_F(SchedulerTest, NothingIsPreemptedForLaterOrOtherTenantsOrOrdinaryItems) {
  ASSERT_TRUE(Add(TrainingItem("a", 1)).ok());
  free_ = {TrainingSlot("w")};
  Round();
  ASSERT_TRUE(Add(TrainingItem("ordinary", 9)).ok());
  NewWorkItem later = TrainingItem("later");
  later.preempts = true;
  ASSERT_TRUE(Add(later).ok());
  NewWorkItem other = TrainingItem("other", 9);
  other.preempts = true;
  other.tenant = "other";
  ASSERT_TRUE(Add(other).ok());
  Round();
  EXPECT_THAT(preempted_, IsEmpty());
}

TEST_F(SchedulerTest, NothingIsPreemptedWhereAnotherTenantWouldGetTheSlot) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  ASSERT_TRUE(Add(TrainingItem("b")).ok());
  free_ = {TrainingSlot("w", 0), TrainingSlot("w", 1)};
  Round();
  NewWorkItem urgent = TrainingItem("urgent", 5);
  urgent.preempts = true;
  ASSERT_TRUE(Add(urgent).ok());
  // Runs nothing, so the next slot is this tenant's.
  NewWorkItem other = TrainingItem("other");
  other.tenant = "other";
  ASSERT_TRUE(Add(other).ok());
  Round();
  EXPECT_THAT(preempted_, IsEmpty());
}

TEST_F(SchedulerTest, WakeBeforeTheWaitIsNotLost) {
  scheduler_.Wake();
  EXPECT_TRUE(scheduler_.WaitForWork());
}

TEST_F(SchedulerTest, StopEndsTheWaitOfAnotherThread) {
  bool woken = true;
  std::thread thread([&] { woken = scheduler_.WaitForWork(); });
  scheduler_.Stop();
  thread.join();
  EXPECT_FALSE(woken);
  scheduler_.Stop();
  scheduler_.Wake();
  EXPECT_FALSE(scheduler_.WaitForWork());
}

TEST_F(SchedulerTest, NoFreeSlotMeansNoOffer) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  scheduler_.RunOnce();
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(test_.store->CommitPending(), 1);
  EXPECT_THAT(Waiting(), ElementsAre("a"));
}

}  // namespace
}  // namespace tunesmith::server
