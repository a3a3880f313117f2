#include "server/workers/lease_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/contract/error.h"
#include "server/lifecycle/drain_commands.h"
#include "server/workers/restore_leases.h"
#include "tests/server/workers/workers_rig.h"

namespace tunesmith::server {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using v1::Job;

class LeaseClockTest : public testing::Test {
 protected:
  LeaseClockTest() {
    rig_.AddJob("a");
    EXPECT_TRUE(rig_.registry.Connect(HelloOf("w1", 5), link_).ok());
  }

  WorkRow Lease() { return rig_.Lease("w1", 5).value().value(); }
  // The report of a worker that is alive.
  void KeepConnected() { rig_.registry.Seen("w1"); }
  void Advance(absl::Duration duration) {
    rig_.plane.store.clock.Advance(duration);
  }
  Job::State StateOfJob() { return rig_.plane.Job("a").state(); }
  int Commit() { return rig_.plane.store.store->CommitPending(); }

  WorkersRig rig_;
  std::shared_ptr<RecordingLink> link_ = std::make_shared<RecordingLink>();
};

TEST_F(LeaseClockTest, NewLeaseHasAFullTermAndTakesItsSlot) {
  WorkRow row = Lease();
  EXPECT_EQ(rig_.plane.leases.NextDeadline(), rig_.now() + absl::Seconds(15));
  EXPECT_EQ(StateOfJob(), Job::RUNNING);
  EXPECT_EQ(link_->changes, 1);
  EXPECT_THAT(rig_.registry.FreeSlots(), SizeIs(1));
  // As it is after the attempt was started.
  auto assignment = rig_.registry.FindAssignment("w1", row.lease());
  ASSERT_NE(assignment, nullptr);
  EXPECT_THAT(assignment->item.train().output_key(), testing::EndsWith("/1"));
}

TEST_F(LeaseClockTest, NobodyLeasesToAWorkerThatIsGone) {
  rig_.registry.Disconnect("w1", link_.get());
  EXPECT_TRUE(absl::IsUnavailable(rig_.Lease("w1", 5).status()));
  EXPECT_EQ(StateOfJob(), Job::QUEUED);
  EXPECT_FALSE(rig_.plane.leases.NextDeadline().has_value());
}

TEST_F(LeaseClockTest, NobodyLeasesToAnOlderBoot) {
  EXPECT_TRUE(absl::IsUnavailable(rig_.Lease("w1", 4).status()));
  EXPECT_EQ(StateOfJob(), Job::QUEUED);
}

TEST_F(LeaseClockTest, ExpiredLeaseReturnsTheJobToTheQueue) {
  WorkRow row = Lease();
  Advance(absl::Seconds(15) - absl::Nanoseconds(1));
  rig_.lease_clock.RunOnce();
  EXPECT_EQ(Commit(), 0);
  KeepConnected();
  int offers = rig_.offers;
  Advance(absl::Nanoseconds(1));
  rig_.lease_clock.RunOnce();
  EXPECT_EQ(Commit(), 1);
  EXPECT_EQ(StateOfJob(), Job::QUEUED);
  EXPECT_FALSE(rig_.plane.leases.NextDeadline().has_value());
  EXPECT_EQ(rig_.registry.FindAssignment("w1", row.lease()), nullptr);
  EXPECT_EQ(link_->changes, 2);
  EXPECT_EQ(rig_.offers, offers + 1);
  // The worker reported: it stays.
  EXPECT_FALSE(link_->evicted.has_value());
}

TEST_F(LeaseClockTest, WorkerThatFellSilentLosesItsStreamWithTheLease) {
  Lease();
  Advance(absl::Seconds(15));
  rig_.lease_clock.RunOnce();
  Commit();
  ASSERT_TRUE(link_->evicted.has_value());
  EXPECT_TRUE(absl::IsUnavailable(*link_->evicted));
}

TEST_F(LeaseClockTest, RenewedLeaseGoesOn) {
  WorkRow row = Lease();
  Advance(absl::Seconds(14));
  rig_.plane.leases.RenewIfHeld(row.lease(), rig_.now() + absl::Seconds(15));
  Advance(absl::Seconds(14));
  rig_.lease_clock.RunOnce();
  EXPECT_EQ(Commit(), 0);
  EXPECT_EQ(StateOfJob(), Job::RUNNING);
}

TEST_F(LeaseClockTest, EndOfALeaseIsWrittenOnce) {
  Lease();
  Advance(absl::Seconds(15));
  rig_.lease_clock.RunOnce();
  rig_.lease_clock.RunOnce();
  EXPECT_EQ(Commit(), 1);
  rig_.lease_clock.RunOnce();
  EXPECT_EQ(Commit(), 0);
}

TEST_F(LeaseClockTest, LeasesGetAFullTermAfterAGapInItsOwnClock) {
  Lease();
  rig_.lease_clock.Wake();
  ASSERT_TRUE(rig_.lease_clock.WaitUntilDue());
  rig_.lease_clock.RunOnce();
  // The process was stopped for a minute.
  Advance(absl::Minutes(1));
  rig_.lease_clock.Wake();
  ASSERT_TRUE(rig_.lease_clock.WaitUntilDue());
  rig_.lease_clock.RunOnce();
  EXPECT_EQ(Commit(), 0);
  EXPECT_EQ(StateOfJob(), Job::RUNNING);
  EXPECT_EQ(rig_.plane.leases.NextDeadline(), rig_.now() + absl::Seconds(15));
  // Nor does the worker's silence count.
  RefreshAssignments(rig_.context, "w1");
  EXPECT_FALSE(link_->evicted.has_value());
}

TEST_F(LeaseClockTest, LeasesGetAFullTermAfterTheMachineSlept) {
  Lease();
  rig_.lease_clock.Wake();
  ASSERT_TRUE(rig_.lease_clock.WaitUntilDue());
  rig_.lease_clock.RunOnce();
  Advance(absl::Seconds(1));
  rig_.suspended += absl::Hours(8);
  rig_.lease_clock.Wake();
  ASSERT_TRUE(rig_.lease_clock.WaitUntilDue());
  EXPECT_EQ(rig_.plane.leases.NextDeadline(), rig_.now() + absl::Seconds(15));
}

TEST_F(LeaseClockTest, AGapBetweenTheLookAndTheEndOfALeaseEndsNone) {
  Lease();
  rig_.lease_clock.Wake();
  ASSERT_TRUE(rig_.lease_clock.WaitUntilDue());
  Advance(absl::Minutes(1));
  rig_.lease_clock.RunOnce();
  EXPECT_EQ(Commit(), 0);
}

TEST_F(LeaseClockTest, ASilentWorkerIsNotForgivenForALittleDelay) {
  Lease();
  for (int i = 0; i < 5; ++i) {
    Advance(absl::Seconds(3));
    rig_.lease_clock.Wake();
    ASSERT_TRUE(rig_.lease_clock.WaitUntilDue());
    rig_.lease_clock.RunOnce();
  }
  EXPECT_EQ(Commit(), 1);
  EXPECT_EQ(StateOfJob(), Job::QUEUED);
}

TEST_F(LeaseClockTest, ALeaseThatItsWorkerDidNotHearOfIsNotEnded) {
  WorkRow row = Lease();
  // As while the reading of what is leased takes long.
  rig_.registry.ReplaceAssignments("w1", {});
  ASSERT_TRUE(rig_.registry.BeginRefresh("w1"));
  Advance(absl::Minutes(1));
  rig_.lease_clock.RunOnce();
  EXPECT_EQ(Commit(), 0);
  rig_.registry.Seen("w1");
  EXPECT_FALSE(rig_.registry.EndRefresh("w1"));
  RefreshAssignments(rig_.context, "w1");
  EXPECT_NE(rig_.registry.FindAssignment("w1", row.lease()), nullptr);
  EXPECT_EQ(rig_.plane.leases.NextDeadline(), rig_.now() + absl::Seconds(15));
}

TEST_F(LeaseClockTest, AWorkerThatTheServerKeepsWaitingLosesNoLease) {
  Lease();
  rig_.registry.SetBehind("w1", link_.get(), true);
  for (int i = 0; i < 20; ++i) {
    Advance(absl::Seconds(3));
    rig_.lease_clock.RunOnce();
  }
  EXPECT_EQ(Commit(), 0);
  RefreshAssignments(rig_.context, "w1");
  EXPECT_FALSE(link_->evicted.has_value());
  rig_.registry.SetBehind("w1", link_.get(), false);
  Advance(absl::Seconds(3));
  rig_.lease_clock.RunOnce();
  EXPECT_EQ(Commit(), 1);
}

TEST_F(LeaseClockTest, TheEndOfARestIsDue) {
  rig_.registry.PlaceFailed("w1", v1::PLACE_FAULT_DISK, "full");
  int offers = rig_.offers;
  Advance(absl::Seconds(1));
  EXPECT_TRUE(rig_.lease_clock.WaitUntilDue());
  rig_.lease_clock.RunOnce();
  EXPECT_EQ(rig_.offers, offers + 1);
}

TEST_F(LeaseClockTest, NobodyLeasesToADrainedWorker) {
  ASSERT_TRUE(rig_.plane
                  .Run([&](Transaction& tx) {
                    return DrainWorker(tx, rig_.context.lifecycle, "w1", {});
                  })
                  .ok());
  EXPECT_TRUE(absl::IsUnavailable(rig_.Lease("w1", 5).status()));
  EXPECT_EQ(StateOfJob(), Job::QUEUED);
}

TEST_F(LeaseClockTest, DrainsAreKnownAgainAfterAStart) {
  v1::Worker::Drain drain;
  drain.set_reason("new disks");
  ASSERT_TRUE(rig_.plane
                  .Run([&](Transaction& tx) {
                    return DrainWorker(tx, rig_.context.lifecycle, "w1", drain);
                  })
                  .ok());
  WorkerRegistry fresh;
  WorkersContext context = rig_.context;
  context.registry = &fresh;
  ASSERT_TRUE(RestoreLeases(context).ok());
  ASSERT_THAT(fresh.List(), SizeIs(1));
  EXPECT_EQ(fresh.List()[0].drain().reason(), "new disks");
  EXPECT_TRUE(fresh.List()[0].drain().has_time());
}

TEST_F(LeaseClockTest, LeaseThatIsNotGoodAnyMoreIsForgotten) {
  rig_.plane.leases.Renew({"gone", 3}, "w1", rig_.now());
  rig_.lease_clock.RunOnce();
  Commit();
  EXPECT_FALSE(rig_.plane.leases.NextDeadline().has_value());
}

TEST_F(LeaseClockTest, FailedWriteIsRepeatedAfterAPause) {
  Lease();
  Advance(absl::Seconds(15));
  rig_.plane.store.vfs.LimitDisk(0);
  rig_.lease_clock.RunOnce();
  EXPECT_EQ(Commit(), 1);
  EXPECT_EQ(StateOfJob(), Job::RUNNING);
  rig_.plane.store.vfs.LimitDisk(std::nullopt);
  rig_.lease_clock.RunOnce();
  EXPECT_EQ(Commit(), 0);
  Advance(absl::Seconds(1));
  EXPECT_TRUE(rig_.lease_clock.WaitUntilDue());
  rig_.lease_clock.RunOnce();
  EXPECT_EQ(Commit(), 1);
  EXPECT_EQ(StateOfJob(), Job::QUEUED);
}

TEST_F(LeaseClockTest, WaitsForADeadlineAWakeOrTheEnd) {
  rig_.plane.leases.Renew({"x", 1}, "w1", rig_.now());
  EXPECT_TRUE(rig_.lease_clock.WaitUntilDue());
  rig_.plane.leases.Remove({"x", 1});
  rig_.lease_clock.Wake();
  EXPECT_TRUE(rig_.lease_clock.WaitUntilDue());
  rig_.lease_clock.Stop();
  EXPECT_FALSE(rig_.lease_clock.WaitUntilDue());
}

TEST_F(LeaseClockTest, ProgressReportedAfterTheEndIsForgotten) {
  WorkRow row = Lease();
  JobKey job = {row.tenant, row.subject_uid};
  ASSERT_TRUE(
      rig_.plane
          .Run([&](Transaction& tx) { return WorkQueue::Remove(tx, row.uid); })
          .ok());
  rig_.plane.hub.NotifyProgress(job, v1::Progress());
  RefreshAssignments(rig_.context, "w1");
  EXPECT_FALSE(rig_.plane.hub.progress(job).has_value());
}

TEST_F(LeaseClockTest, StartOfTheServerGivesLeasesAFullTermAgain) {
  WorkRow row = Lease();
  Advance(absl::Seconds(14));
  // What a new process knows: only the store.
  rig_.plane.leases.Remove(row.lease());
  rig_.registry.ReplaceAssignments("w1", {});
  rig_.registry.Disconnect("w1", link_.get());
  ASSERT_THAT(rig_.registry.List(), IsEmpty());

  ASSERT_TRUE(RestoreLeases(rig_.context).ok());
  EXPECT_EQ(rig_.plane.leases.NextDeadline(), rig_.now() + absl::Seconds(15));
  std::vector<v1::Worker> workers = rig_.registry.List();
  ASSERT_THAT(workers, SizeIs(1));
  EXPECT_EQ(workers[0].state(), v1::Worker::UNREACHABLE);
  EXPECT_EQ(workers[0].slots(0).running(), "jobs/a");
  EXPECT_NE(rig_.registry.FindAssignment("w1", row.lease()), nullptr);
}

}  // namespace
}  // namespace tunesmith::server
