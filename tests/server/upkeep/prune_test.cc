// What goes of what jobs kept, when, and what a full disk and a crash make of
// it.
#include "server/lifecycle/checkpoint_commands.h"
#include "server/lifecycle/wire_time.h"
#include "server/upkeep/retention_sweep.h"
#include "tests/server/upkeep/upkeep_rig.h"

namespace tunesmith::server {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

using PruneTest = UpkeepTest;

TEST_F(PruneTest, CheckpointsOfAnEndedJobStayForTheRetentionAndThenGo) {
  std::vector<std::string> keys = AddEndedJob("a");
  plane_.store.clock.Advance(kRetention - absl::Seconds(1));
  EXPECT_THAT(Sweep().items, IsEmpty());
  EXPECT_THAT(StepsOf("a"), ElementsAre(20, 10));
  plane_.store.clock.Advance(absl::Seconds(1));
  PruneResult result = Sweep();
  ASSERT_THAT(result.items, SizeIs(1));
  EXPECT_EQ(result.items[0].resource(), "jobs/a");
  EXPECT_EQ(result.items[0].size_bytes(), 300);
  EXPECT_EQ(result.freed_bytes, 300);
  EXPECT_THAT(freed_, ElementsAre(Pair("retention", 300)));
  EXPECT_THAT(StepsOf("a"), IsEmpty());
  for (const std::string& key : keys) EXPECT_FALSE(Exists(key)) << key;
  v1::Job job = plane_.Job("a");
  EXPECT_EQ(job.latest_checkpoint(), "");
  EXPECT_EQ(job.best_checkpoint(), "");
  EXPECT_EQ(job.state(), v1::Job::SUCCEEDED);
  EXPECT_FALSE(job.output_model().empty());
}

TEST_F(PruneTest, AJobsOwnRetentionCountsBeforeTheServers) {
  auto keep = [](absl::Duration retention) {
    return [retention](v1::JobSpec& spec) {
      *spec.mutable_checkpoints()->mutable_retention() =
          ToWireDuration(retention);
    };
  };
  AddEndedJob("short", keep(absl::Hours(1)));
  AddEndedJob("long", keep(absl::Hours(24 * 30)));
  AddEndedJob("default");
  EXPECT_THAT(Sweep().items, IsEmpty());
  plane_.store.clock.Advance(absl::Hours(1));
  Sweep();
  EXPECT_THAT(StepsOf("short"), IsEmpty());
  EXPECT_THAT(StepsOf("default"), SizeIs(2));
  plane_.store.clock.Advance(kRetention);
  Sweep();
  EXPECT_THAT(StepsOf("default"), IsEmpty());
  EXPECT_THAT(StepsOf("long"), SizeIs(2));
}

TEST_F(PruneTest, WithoutARetentionTheyStayUntilSomebodyAsks) {
  MakeKeeper(std::nullopt);
  AddEndedJob("a");
  plane_.store.clock.Advance(absl::Hours(24 * 1000));
  EXPECT_THAT(Sweep().items, IsEmpty());
  EXPECT_FALSE(Stored(v1::StoredItem::CHECKPOINTS)["jobs/a"].has_expire_time());
  EXPECT_EQ(PruneAll().freed_bytes, 300);
  EXPECT_THAT(freed_, ElementsAre(Pair("request", 300)));
}

TEST_F(PruneTest, OlderThanChoosesByTheJobsEnd) {
  AddEndedJob("old");
  plane_.store.clock.Advance(absl::Hours(2));
  AddEndedJob("young");
  PruneRequest request;
  request.older_than = absl::Hours(2);
  EXPECT_THAT(Prune(request).items, SizeIs(1));
  EXPECT_THAT(StepsOf("old"), IsEmpty());
  EXPECT_THAT(StepsOf("young"), SizeIs(2));
}

TEST_F(PruneTest, AnotherTenantsJobsStay) {
  AddEndedJob("a");
  PruneRequest request;
  request.older_than = absl::ZeroDuration();
  request.tenant = "somebody-else";
  EXPECT_THAT(Prune(request).items, IsEmpty());
  EXPECT_THAT(StepsOf("a"), SizeIs(2));
}

TEST_F(PruneTest, AJobThatHasNotEndedKeepsItsCheckpoints) {
  ASSERT_TRUE(plane_.Create(JobRequest("a")).ok());
  WorkRow row = Lease("a");
  std::string key = Checkpoint(row, 1, 10, 100);
  ASSERT_TRUE(plane_.Pause("a").ok());
  ASSERT_TRUE(plane_.Report(row.lease(), {SuspendedEvent(2)}).ok());
  plane_.store.clock.Advance(10 * kRetention);
  EXPECT_THAT(PruneAll().items, IsEmpty());
  EXPECT_TRUE(Exists(key));
  EXPECT_EQ(Stored(v1::StoredItem::CHECKPOINTS)["jobs/a"].kept_because(),
            "the job has not ended");
}

TEST_F(PruneTest, WhatAForkNeedsStaysUntilTheForkHasEnded) {
  std::vector<std::string> keys = AddEndedJob("a");
  Fork("jobs/a/checkpoints/10", "b");
  PruneResult result = PruneAll();
  EXPECT_EQ(result.freed_bytes, 200);
  EXPECT_THAT(StepsOf("a"), ElementsAre(10));
  EXPECT_TRUE(Exists(keys[0]));
  EXPECT_FALSE(Exists(keys[1]));
  v1::Job original = plane_.Job("a");
  EXPECT_EQ(original.latest_checkpoint(), "jobs/a/checkpoints/10");
  EXPECT_EQ(original.best_checkpoint(), "jobs/a/checkpoints/10");
  auto stored = Stored(v1::StoredItem::CHECKPOINTS);
  EXPECT_EQ(stored["jobs/a"].kept_because(),
            "jobs/b began from its checkpoint 10 and has not ended");
  // Files that both have take their room once.
  EXPECT_EQ(stored["jobs/a"].size_bytes(), 100);
  EXPECT_EQ(stored["jobs/b"].size_bytes(), 0);
  EXPECT_THAT(PruneAll().items, IsEmpty());

  ASSERT_TRUE(plane_.Cancel("b").ok());
  result = PruneAll();
  EXPECT_EQ(result.freed_bytes, 100);
  ASSERT_THAT(result.items, SizeIs(2));
  EXPECT_EQ(result.items[0].resource(), "jobs/a");
  EXPECT_FALSE(Exists(keys[0]));
  EXPECT_THAT(StepsOf("b"), IsEmpty());
}

TEST_F(PruneTest, WhatARepetitionNeedsStaysUntilItHasEnded) {
  std::vector<std::string> keys = AddEndedJob("a");
  v1::VerifyJobRequest request;
  request.set_name("jobs/a");
  request.set_job_id("again");
  ASSERT_TRUE(plane_.Verify(request).ok());
  EXPECT_EQ(PruneAll().freed_bytes, 200);
  EXPECT_TRUE(Exists(keys[0]));
}

TEST_F(PruneTest, FilesOfAnEndedForkThatIsKeptOutliveTheOriginalsRecord) {
  std::vector<std::string> keys = AddEndedJob("a");
  Fork("jobs/a/checkpoints/20", "b");
  plane_.store.clock.Advance(absl::Hours(2));
  ASSERT_TRUE(plane_.Cancel("b").ok());
  PruneRequest request;
  request.older_than = absl::Hours(1);
  EXPECT_EQ(Prune(request).freed_bytes, 100);
  EXPECT_THAT(StepsOf("a"), IsEmpty());
  EXPECT_THAT(StepsOf("b"), ElementsAre(20));
  EXPECT_TRUE(Exists(keys[1]));
  EXPECT_EQ(Stored(v1::StoredItem::CHECKPOINTS)["jobs/b"].size_bytes(), 200);
}

TEST_F(PruneTest, WhatWouldGoIsWhatThenGoes) {
  AddEndedJob("a");
  AddEndedJob("c");
  Fork("jobs/a/checkpoints/20", "b");
  WriteArtifact("gone/1", 7);
  PruneResult planned = PruneAll(/*validate_only=*/true);
  EXPECT_EQ(planned.freed_bytes, 100 + 300);
  EXPECT_THAT(StepsOf("a"), SizeIs(2));
  EXPECT_TRUE(Exists("gone/1"));
  EXPECT_THAT(freed_, IsEmpty());
  EXPECT_EQ(reserve_.refilled, 0);
  int64_t prunable = 0;
  for (const SurveyedItem& surveyed : Survey()) {
    prunable += surveyed.prunable_bytes;
  }
  EXPECT_EQ(prunable, planned.freed_bytes);
  PruneResult pruned = PruneAll();
  ASSERT_EQ(pruned.items.size(), planned.items.size());
  for (size_t i = 0; i < planned.items.size(); ++i) {
    EXPECT_EQ(pruned.items[i].DebugString(), planned.items[i].DebugString());
  }
}

TEST_F(PruneTest, ForksAndRepetitionsAreToldWhatTookTheCheckpoint) {
  AddEndedJob("a");
  AddEndedJob("asked");
  plane_.store.clock.Advance(kRetention - absl::Hours(1));
  PruneRequest request;
  request.older_than = absl::ZeroDuration();
  AddEndedJob("young");
  plane_.store.clock.Advance(absl::Hours(1));
  Sweep();
  v1::ForkJobRequest fork;
  fork.set_name("jobs/a");
  absl::Status status = plane_.Fork(fork).status();
  EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_RESOURCE_NOT_READY);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("no checkpoint is left of jobs/a"),
                    HasSubstr("retention"), HasSubstr("2023-11-21")));
  fork.set_name("jobs/a/checkpoints/10");
  status = plane_.Fork(fork).status();
  EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_RESOURCE_NOT_FOUND);
  EXPECT_THAT(std::string(status.message()), HasSubstr("retention"));
  v1::VerifyJobRequest verify;
  verify.set_name("jobs/a");
  EXPECT_THAT(std::string(plane_.Verify(verify).status().message()),
              HasSubstr("retention"));
  Prune(request);
  fork.set_name("jobs/young");
  EXPECT_THAT(std::string(plane_.Fork(fork).status().message()),
              HasSubstr("deleted on request"));
}

TEST_F(PruneTest, AnEndedJobThatNeverHadACheckpointIsNotSaidToHaveLostOne) {
  ASSERT_TRUE(plane_.Create(JobRequest("a")).ok());
  ASSERT_TRUE(plane_.Cancel("a").ok());
  PruneAll();
  v1::ForkJobRequest fork;
  fork.set_name("jobs/a");
  EXPECT_THAT(std::string(plane_.Fork(fork).status().message()),
              HasSubstr("ended without a checkpoint"));
}

TEST_F(PruneTest, LeftoversArePutAsideAndWhatIsInTheMakingStays) {
  ASSERT_TRUE(plane_.Create(JobRequest("a")).ok());
  WorkRow row = Lease("a");
  const std::string result = row.item.train().output_key();
  WriteArtifact(result, 1);
  const std::string next = row.item.train().checkpoint_group() + "/10";
  WriteArtifact(next, 2);
  drafts_.Add("upload/0");
  WriteArtifact("upload/0", 3);
  WriteArtifact("gone/1", 7);
  auto leftovers = Stored(v1::StoredItem::LEFTOVER);
  ASSERT_THAT(leftovers, SizeIs(1));
  EXPECT_EQ(leftovers[""].size_bytes(), 7);
  EXPECT_TRUE(leftovers[""].has_time());
  EXPECT_EQ(leftovers[""].path(), "artifacts/gone/1");
  EXPECT_EQ(Sweep().freed_bytes, 0);
  EXPECT_FALSE(Exists("gone/1"));
  ASSERT_THAT(Quarantined(), SizeIs(1));
  EXPECT_EQ(Quarantined()[0].origin, "artifacts/gone/1");
  EXPECT_EQ(Quarantined()[0].size_bytes, 7);
  EXPECT_TRUE(Exists(result));
  EXPECT_TRUE(Exists(next));
  EXPECT_TRUE(Exists("upload/0"));
  EXPECT_THAT(freed_, IsEmpty());
  drafts_.Remove("upload/0");
  ASSERT_THAT(Sweep().items, SizeIs(1));
  EXPECT_THAT(Quarantined(), SizeIs(2));
}

TEST_F(PruneTest, ACrashBetweenRecordAndBytesLeavesWhatTheNextSweepTakes) {
  std::vector<std::string> keys = AddEndedJob("a");
  // The record is on disk, and then the process is gone.
  ASSERT_TRUE(plane_
                  .Run([&](Transaction& tx) {
                    return PruneCheckpoints(
                        tx, {TestControlPlane::kTenant, plane_.Job("a").uid()},
                        PruneCause::kRequest);
                  })
                  .ok());
  ASSERT_TRUE(plane_.store.Reopen().ok());
  MakeKeeper(kRetention);
  EXPECT_THAT(StepsOf("a"), IsEmpty());
  EXPECT_TRUE(Exists(keys[0]));
  EXPECT_THAT(Sweep().items, SizeIs(2));
  for (const std::string& key : keys) EXPECT_FALSE(Exists(key)) << key;
  EXPECT_THAT(Quarantined(), SizeIs(2));
}

TEST_F(PruneTest, AnyLossOfPowerLeavesTheRecordWithItsBytesOrALeftover) {
  AddEndedJob("a");
  AddEndedJob("b");
  for (int cut = 1; cut < 60; ++cut) {
    plane_.store.vfs.CutPowerAt(cut);
    PruneRequest request;
    request.older_than = absl::ZeroDuration();
    absl::Status status = keeper_->Prune(request).status();
    bool cut_off = plane_.store.vfs.power_is_off();
    plane_.store.vfs.Restart();
    ASSERT_TRUE(plane_.store.Reopen().ok());
    plane_.store.fatal = absl::OkStatus();
    MakeKeeper(kRetention);
    // Every record's bytes are there.
    std::vector<CheckpointHolder> holders =
        plane_.Ask([](Connection& db) { return ListCheckpointHolders(db); })
            .value();
    for (const CheckpointHolder& holder : holders) {
      for (const HeldCheckpoint& held : holder.checkpoints) {
        EXPECT_TRUE(Exists(held.key)) << "cut at " << cut;
      }
    }
    if (!cut_off) {
      EXPECT_TRUE(status.ok()) << status;
      break;
    }
  }
  PruneAll();
  EXPECT_THAT(artifacts_->List().value(), IsEmpty());
}

TEST_F(PruneTest, AFullDiskIsFreedWithTheReserve) {
  AddEndedJob("a");
  AddEndedJob("b");
  // Not one page more.
  plane_.store.vfs.LimitDisk(plane_.store.vfs.used_bytes());
  PruneRequest request;
  request.older_than = absl::ZeroDuration();
  // Half a page of room is none.
  reserve_.on_release = [] {};
  EXPECT_EQ(ErrorReasonOf(keeper_->Prune(request).status()),
            v1::ERROR_REASON_DISK_FULL);
  EXPECT_THAT(StepsOf("a"), SizeIs(2));
  reserve_.on_release = [this] { plane_.store.vfs.LimitDisk(std::nullopt); };
  EXPECT_EQ(PruneAll().freed_bytes, 600);
  EXPECT_EQ(reserve_.released, 2);
  EXPECT_GE(reserve_.refilled, 1);
}

TEST_F(PruneTest, LeftoversOfAFullDiskGoWithoutTheReserve) {
  WriteArtifact("gone/1", 7);
  plane_.store.vfs.LimitDisk(plane_.store.vfs.used_bytes());
  EXPECT_EQ(DeleteQuarantined().freed_bytes, 7);
  EXPECT_EQ(reserve_.released, 0);
}

TEST_F(PruneTest, APruneThatIsToldToStopStopsBetweenJobs) {
  AddEndedJob("a");
  AddEndedJob("b");
  PruneRequest request;
  request.older_than = absl::ZeroDuration();
  int asked = 0;
  request.should_stop = [&asked] { return ++asked > 1; };
  EXPECT_EQ(ErrorReasonOf(keeper_->Prune(request).status()),
            v1::ERROR_REASON_DRAINING);
  EXPECT_EQ(StepsOf("a").size() + StepsOf("b").size(), 2u);
}

TEST_F(PruneTest, TheSweepComesAtOnceAndThenEveryTenMinutes) {
  AddEndedJob("a");
  plane_.store.clock.Advance(kRetention);
  RetentionSweep sweep({.store = plane_.store.store.get(),
                        .keeper = keeper_.get(),
                        .clock = &plane_.store.clock});
  ASSERT_TRUE(sweep.WaitUntilDue());
  sweep.RunOnce();
  EXPECT_THAT(StepsOf("a"), IsEmpty());
  AddEndedJob("b");
  plane_.store.clock.Advance(kRetention);
  ASSERT_TRUE(sweep.WaitUntilDue());
  sweep.RunOnce();
  EXPECT_THAT(StepsOf("b"), IsEmpty());
  sweep.Stop();
  EXPECT_FALSE(sweep.WaitUntilDue());
}

}  // namespace
}  // namespace tunesmith::server
