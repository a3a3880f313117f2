#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "proto/contract/error.h"
#include "tests/server/workers/session/session_fixture.h"

namespace tunesmith::server {
namespace {

using internal::v1::Ack;
using internal::v1::DesiredState;
using internal::v1::Hello;
using internal::v1::Report;
using testing::HasSubstr;

Report ReportOf(const LeaseKey& lease, int64_t step) {
  Report report;
  Report::Running& running = *report.add_running();
  running.set_item_uid(lease.item_uid);
  running.set_fence(lease.fence);
  running.mutable_progress()->set_step(step);
  return report;
}

TEST_F(SessionTest, WelcomeAndAnEmptyStateFollowHello) {
  auto worker = NewWorker();
  worker->Send(HelloOf("w1", 5));
  internal::v1::ServerMessage message = worker->Next();
  ASSERT_TRUE(message.has_welcome()) << message.DebugString();
  EXPECT_EQ(message.welcome().protocol(), 1);
  EXPECT_EQ(message.welcome().lease_term().seconds(), 15);
  EXPECT_EQ(message.welcome().report_interval().seconds(), 3);
  EXPECT_EQ(worker->NextDesired().assignments_size(), 0);
  EXPECT_TRUE(rig_.registry.IsConnected("w1", 5));
}

TEST_F(SessionTest, LeaseIsPushedAndItsEventsMakeTheModel) {
  auto worker = Joined(5);
  WorkRow row = rig_.Lease("w1", 5).value().value();
  DesiredState desired = worker->NextDesired();
  ASSERT_EQ(desired.assignments_size(), 1);
  const internal::v1::WorkItem& item = desired.assignments(0).item();
  EXPECT_EQ(item.uid(), row.uid);
  EXPECT_EQ(item.fence(), 1);
  EXPECT_EQ(item.train().output_key(), row.item.train().output_key());
  EXPECT_EQ(desired.assignments(0).slot(), 0);
  EXPECT_FALSE(desired.assignments(0).cancel());

  worker->Send(row.lease(), {MetricEvent(1, 1, 0.5), MetricEvent(2, 2, 0.4)});
  Ack ack = worker->NextAck();
  EXPECT_EQ(ack.item_uid(), row.uid);
  EXPECT_EQ(ack.fence(), 1);
  EXPECT_EQ(ack.sequence(), 2);
  EXPECT_FALSE(ack.fenced());

  worker->Send(row.lease(), {SuccessEvent(3, row)});
  // Acknowledgement and new state may come in either order.
  Ack last;
  DesiredState state = desired;
  for (int i = 0; i < 2; ++i) {
    internal::v1::ServerMessage message = worker->Next();
    if (message.has_ack()) last = message.ack();
    if (message.has_desired()) state = message.desired();
  }
  EXPECT_EQ(last.sequence(), 3);
  EXPECT_EQ(state.assignments_size(), 0);
  EXPECT_EQ(Job().state(), v1::Job::SUCCEEDED);
}

TEST_F(SessionTest, ReportRenewsTheLeaseAndShowsProgress) {
  auto worker = Joined(5);
  WorkRow row = Lease(*worker, 5);
  rig_.plane.store.clock.Advance(absl::Seconds(10));
  worker->Send(ReportOf(row.lease(), 42));
  Settle(*worker);
  EXPECT_EQ(rig_.plane.leases.NextDeadline(), rig_.now() + absl::Seconds(15));
  auto progress = rig_.plane.hub.progress({row.tenant, row.subject_uid});
  ASSERT_TRUE(progress.has_value());
  EXPECT_EQ(progress->step(), 42);
  EXPECT_EQ(rig_.registry.List()[0].last_seen_time().seconds(), 1'700'000'010);
}

TEST_F(SessionTest, ReportOfAnotherWorkersLeaseChangesNothing) {
  auto worker = Joined(5);
  WorkRow row = Lease(*worker, 5);
  absl::Duration deadline = *rig_.plane.leases.NextDeadline();
  auto other = NewWorker();
  other->Join(HelloOf("w2", 5));
  rig_.plane.store.clock.Advance(absl::Seconds(10));
  other->Send(ReportOf(row.lease(), 42));
  other->Send(row.lease(), {MetricEvent(1, 1, 0.5)});
  EXPECT_TRUE(other->NextAck().fenced());
  EXPECT_EQ(rig_.plane.leases.NextDeadline(), deadline);
  EXPECT_FALSE(
      rig_.plane.hub.progress({row.tenant, row.subject_uid}).has_value());
}

TEST_F(SessionTest, EventsOfALostLeaseAreFenced) {
  auto worker = Joined(5);
  WorkRow row = Lease(*worker, 5);
  ASSERT_TRUE(rig_.plane.Expire(row.lease()).ok());
  EXPECT_EQ(worker->NextDesired().assignments_size(), 0);
  worker->Send(row.lease(), {MetricEvent(1, 1, 0.5)});
  Ack ack = worker->NextAck();
  EXPECT_TRUE(ack.fenced());
  EXPECT_EQ(ack.item_uid(), row.uid);
  EXPECT_EQ(ack.fence(), row.fence);
}

TEST_F(SessionTest, CancelIsPushed) {
  auto worker = Joined(5);
  Lease(*worker, 5);
  ASSERT_TRUE(rig_.plane.Cancel("a").ok());
  DesiredState desired = worker->NextDesired();
  ASSERT_EQ(desired.assignments_size(), 1);
  EXPECT_TRUE(desired.assignments(0).cancel());
}

TEST_F(SessionTest, NewerBootEvictsTheOlderAndItsLeases) {
  auto older = Joined(5);
  WorkRow row = Lease(*older, 5);
  auto newer = NewWorker();
  DesiredState desired = newer->Join(HelloOf("w1", 6));
  EXPECT_EQ(desired.assignments_size(), 0);
  absl::Status ended = older->End();
  EXPECT_TRUE(absl::IsAborted(ended)) << ended;
  EXPECT_EQ(Job().state(), v1::Job::QUEUED);
  EXPECT_FALSE(rig_.plane.leases.NextDeadline().has_value());
  // The next attempt goes to the new boot.
  WorkRow next = Lease(*newer, 6);
  EXPECT_EQ(next.fence, row.fence + 1);
}

TEST_F(SessionTest, OlderBootIsTurnedAway) {
  auto newer = Joined(6);
  auto older = NewWorker();
  older->Send(HelloOf("w1", 5));
  EXPECT_TRUE(absl::IsAborted(older->End()));
  Settle(*newer);
}

TEST_F(SessionTest, SameBootGoesOnWithItsLease) {
  auto first = Joined(5);
  WorkRow row = Lease(*first, 5);
  first->Leave();
  EXPECT_TRUE(first->End().ok());
  rig_.plane.store.clock.Advance(absl::Seconds(5));

  auto second = NewWorker();
  Hello hello = HelloOf("w1", 5);
  *hello.mutable_report() = ReportOf(row.lease(), 7);
  DesiredState desired = second->Join(hello);
  ASSERT_EQ(desired.assignments_size(), 1);
  EXPECT_EQ(desired.assignments(0).item().uid(), row.uid);
  EXPECT_EQ(desired.assignments(0).item().fence(), row.fence);
  EXPECT_EQ(rig_.plane.leases.NextDeadline(), rig_.now() + absl::Seconds(15));
  EXPECT_EQ(rig_.plane.hub.progress({row.tenant, row.subject_uid})->step(), 7);
  second->Send(row.lease(), {MetricEvent(1, 1, 0.5)});
  EXPECT_EQ(second->NextAck().sequence(), 1);
  EXPECT_EQ(Job().state(), v1::Job::RUNNING);
}

TEST_F(SessionTest, SecondStreamOfABootReplacesTheFirst) {
  auto first = Joined(5);
  WorkRow row = Lease(*first, 5);
  rig_.plane.store.clock.Advance(absl::Seconds(5));
  auto second = NewWorker();
  EXPECT_EQ(second->Join(HelloOf("w1", 5)).assignments_size(), 1);
  // ABORTED would end the worker program.
  EXPECT_TRUE(absl::IsUnavailable(first->End()));
  // The first stream's end does not touch what the second one holds.
  EXPECT_EQ(rig_.plane.leases.NextDeadline(), rig_.now() + absl::Seconds(15));
  EXPECT_TRUE(rig_.registry.IsConnected("w1", 5));
}

TEST_F(SessionTest, EndOfTheStreamLeavesLeasesAGrace) {
  auto worker = Joined(5);
  Lease(*worker, 5);
  worker->Leave();
  EXPECT_TRUE(worker->End().ok());
  EXPECT_EQ(rig_.plane.leases.NextDeadline(), rig_.now() + absl::Seconds(10));
  ASSERT_EQ(rig_.registry.List().size(), 1);
  EXPECT_EQ(rig_.registry.List()[0].state(), v1::Worker::UNREACHABLE);
  EXPECT_EQ(Job().state(), v1::Job::RUNNING);
}

TEST_F(SessionTest, BadHelloIsRefused) {
  Hello unnamed = HelloOf("", 5);
  auto worker = NewWorker();
  worker->Send(unnamed);
  absl::Status status = worker->End();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("worker_id"));

  Hello newer = HelloOf("w1", 5);
  newer.set_min_protocol(2);
  newer.set_max_protocol(2);
  auto other = NewWorker();
  other->Send(newer);
  EXPECT_TRUE(absl::IsFailedPrecondition(other->End()));
  EXPECT_TRUE(rig_.registry.List().empty());
}

TEST_F(SessionTest, HelloMustBeFirstAndOnce) {
  auto worker = NewWorker();
  worker->Send(Report());
  EXPECT_TRUE(absl::IsInvalidArgument(worker->End()));
  auto twice = Joined(5);
  twice->Send(HelloOf("w1", 5));
  EXPECT_TRUE(absl::IsInvalidArgument(twice->End()));
}

TEST_F(SessionTest, EventsThatMakeNoSenseEndStreamAndAttempt) {
  auto worker = Joined(5);
  WorkRow row = Lease(*worker, 5);
  worker->Send(row.lease(), {MetricEvent(2, 1, 0.5)});
  EXPECT_TRUE(absl::IsInvalidArgument(worker->End()));
  // A worker that repeats them for ever hears that the lease is lost.
  auto again = Joined(5);
  again->Send(row.lease(), {MetricEvent(2, 1, 0.5)});
  EXPECT_TRUE(again->NextAck().fenced());
  EXPECT_EQ(Job().state(), v1::Job::QUEUED);
}

TEST_F(SessionTest, FullDiskLosesNoEvent) {
  auto worker = Joined(5);
  WorkRow row = Lease(*worker, 5);
  rig_.plane.store.vfs.LimitDisk(0);
  worker->Send(row.lease(), {MetricEvent(1, 1, 0.5)});
  absl::Status status = worker->End();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_EQ(Job().state(), v1::Job::RUNNING);

  rig_.plane.store.vfs.LimitDisk(std::nullopt);
  auto again = NewWorker();
  ASSERT_EQ(again->Join(HelloOf("w1", 5)).assignments_size(), 1);
  again->Send(row.lease(), {MetricEvent(1, 1, 0.5)});
  EXPECT_EQ(again->NextAck().sequence(), 1);
}

TEST_F(SessionTest, WorkerWaitsForASlowDiskAndLosesNothing) {
  auto worker = Joined(5);
  WorkRow row = Lease(*worker, 5);
  constexpr int kMessages = 200;
  std::promise<void> disk;
  rig_.plane.store.store->Write(
      [done = disk.get_future()](Transaction&) mutable {
        done.wait();
        return absl::OkStatus();
      },
      nullptr);
  for (int i = 1; i <= kMessages; ++i) {
    worker->Send(row.lease(), {MetricEvent(i, i, 0.5)});
  }
  disk.set_value();
  for (int i = 1; i <= kMessages; ++i) {
    EXPECT_EQ(worker->NextAck().sequence(), i);
  }
  StopWriter();
  // The write that held up the disk can be of their group.
  EXPECT_LE(largest_group_, 64 + 1);
}

TEST_F(SessionTest, LeaseOutlivesADiskThatIsTooSlowToHearItsWorker) {
  auto worker = Joined(5);
  WorkRow row = Lease(*worker, 5);
  constexpr int kMessages = 100;
  std::promise<void> disk;
  rig_.plane.store.store->Write(
      [done = disk.get_future()](Transaction&) mutable {
        done.wait();
        return absl::OkStatus();
      },
      nullptr);
  for (int i = 1; i <= kMessages; ++i) {
    worker->Send(row.lease(), {MetricEvent(i, i, 0.5)});
  }
  const absl::Time patience = absl::Now() + absl::Seconds(20);
  while (!rig_.registry.AwaitsServer("w1", row.lease()) &&
         absl::Now() < patience) {
    std::this_thread::yield();
  }
  rig_.plane.store.clock.Advance(absl::Minutes(1));
  rig_.lease_clock.RunOnce();
  disk.set_value();
  for (int i = 1; i <= kMessages; ++i) {
    Ack ack = worker->NextAck();
    EXPECT_FALSE(ack.fenced());
    EXPECT_EQ(ack.sequence(), i);
  }
  EXPECT_EQ(Job().state(), v1::Job::RUNNING);
  EXPECT_FALSE(rig_.registry.AwaitsServer("w1", row.lease()));
}

TEST_F(SessionTest, ShutdownEndsTheStream) {
  auto worker = Joined(5);
  rig_.registry.Shutdown(absl::UnavailableError("the server is stopping"));
  absl::Status status = worker->End();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  auto late = NewWorker();
  late->Send(HelloOf("w2", 1));
  EXPECT_TRUE(absl::IsUnavailable(late->End()));
}

}  // namespace
}  // namespace tunesmith::server
