#include "server/work/scheduler.h"

#include <sqlite3.h>

#include <string>
#include <thread>
#include <vector>

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

  absl::Status OnLeased(Transaction& tx, const WorkRow& row) override {
    if (!refusal_.ok()) return refusal_;
    tx.OnCommit([this, row] {
      leased_.push_back(row.uid);
      std::erase_if(free_, [&](const FreeSlot& slot) {
        return slot.worker_id == row.worker_id && slot.slot == row.slot;
      });
    });
    return absl::OkStatus();
  }

  // A round and its commits.
  void Round() {
    scheduler_.RunOnce();
    while (test_.store->CommitPending() > 0) {
    }
  }

  std::vector<FreeSlot> free_;
  std::vector<std::string> leased_;
  int asked_ = 0;
  absl::Status refusal_;
  Scheduler scheduler_{test_.store.get(), this, this, &test_.clock};
};

TEST_F(SchedulerTest, EveryFreeSlotGetsTheNextItem) {
  for (std::string uid : {"a", "b", "c"}) {
    ASSERT_TRUE(Add(TrainingItem(uid)).ok());
  }
  free_ = {TrainingSlot("w", 0), TrainingSlot("w", 1)};
  Round();
  EXPECT_THAT(leased_, ElementsAre("a", "b"));
  EXPECT_THAT(free_, IsEmpty());
  EXPECT_THAT(Uids(WorkQueue::ListWaiting), ElementsAre("c"));
}

TEST_F(SchedulerTest, SlotIsOfferedOnceWhileItsWriteIsPending) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  ASSERT_TRUE(Add(TrainingItem("b")).ok());
  free_ = {TrainingSlot("w")};
  scheduler_.RunOnce();
  scheduler_.RunOnce();
  EXPECT_EQ(test_.store->CommitPending(), 1);
  EXPECT_THAT(leased_, ElementsAre("a"));
  // The round that was asked for meanwhile is not forgotten.
  EXPECT_TRUE(scheduler_.WaitForWork());
}

TEST_F(SchedulerTest, RefusedLeaseIsUndoneAndTriedAgainLater) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  free_ = {TrainingSlot("w")};
  refusal_ = absl::AbortedError("the worker is gone");
  Round();
  EXPECT_THAT(Uids(WorkQueue::ListWaiting), ElementsAre("a"));
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
  ASSERT_TRUE(Requeue(lease, test_.clock.Now() + absl::Minutes(1)).ok());
  free_ = {TrainingSlot("w")};
  Round();
  EXPECT_THAT(leased_, IsEmpty());
  test_.clock.Advance(absl::Minutes(1));
  EXPECT_TRUE(scheduler_.WaitForWork());
  Round();
  EXPECT_THAT(leased_, ElementsAre("a"));
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

TEST_F(SchedulerTest, NoFreeSlotMeansNoWrite) {
  ASSERT_TRUE(Add(TrainingItem("a")).ok());
  scheduler_.RunOnce();
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(test_.store->CommitPending(), 0);
}

}  // namespace
}  // namespace tunesmith::server
