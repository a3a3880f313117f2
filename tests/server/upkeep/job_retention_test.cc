// Which records of ended jobs go, when, and what goes with them.
#include "server/upkeep/job_retention.h"

#include "proto/contract/base/status_macros.h"
#include "server/upkeep/free_pages.h"
#include "server/upkeep/retention_sweep.h"
#include "tests/server/upkeep/upkeep_rig.h"

namespace tunesmith::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class JobRetentionTest : public UpkeepTest {
 protected:
  absl::Status Run(const RetentionPolicy& policy) {
    JobRetention retention(plane_.store.store.get(), plane_.context, policy);
    return retention.RunOnce(plane_.store.clock.Now(), [] { return false; });
  }
  std::vector<std::string> JobIds() {
    auto texts = plane_.Ask([](Connection& db) {
      return db.Prepare("SELECT id FROM jobs ORDER BY number").Texts();
    });
    return texts.value();
  }
  int64_t Count(const std::string& table) {
    auto count = plane_.Ask([&](Connection& db) -> absl::StatusOr<int64_t> {
      Statement statement = db.Prepare("SELECT COUNT(*) FROM " + table);
      TUNESMITH_RETURN_IF_ERROR(statement.Step().status());
      return statement.Int(0);
    });
    return count.value();
  }
  // A job that ends at once.
  void AddCancelled(const std::string& id) {
    ASSERT_TRUE(plane_.Create(JobRequest(id)).ok());
    ASSERT_TRUE(plane_.Cancel(id).ok());
  }
};

TEST_F(JobRetentionTest, OldJobsGoWithAllThatHangsOnThemAndModelsStay) {
  std::vector<std::string> keys = AddEndedJob("old");
  const std::string model = plane_.Job("old").output_model();
  ASSERT_TRUE(plane_.Create(JobRequest("live")).ok());
  plane_.store.clock.Advance(absl::Hours(2));
  AddCancelled("young");
  ASSERT_TRUE(Run({.jobs = absl::Hours(2) + absl::Seconds(1)}).ok());
  EXPECT_THAT(JobIds(), ElementsAre("old", "live", "young"));
  ASSERT_TRUE(Run({.jobs = absl::Hours(2)}).ok());
  EXPECT_THAT(JobIds(), ElementsAre("live", "young"));
  EXPECT_EQ(Count("checkpoints"), 0);
  EXPECT_EQ(Count("job_metrics"), 0);
  EXPECT_THAT(plane_.observer.released, UnorderedElementsAre(keys[0], keys[1]));
  EXPECT_TRUE(plane_.FindModel(model.substr(sizeof("models"))).ok()) << model;
}

TEST_F(JobRetentionTest, WithoutALimitNothingGoes) {
  AddCancelled("a");
  plane_.store.clock.Advance(absl::Hours(24 * 3650));
  ASSERT_TRUE(Run({}).ok());
  EXPECT_THAT(JobIds(), ElementsAre("a"));
}

TEST_F(JobRetentionTest, TheJobsThatEndedLastAreKeptWhateverTheirOrder) {
  ASSERT_TRUE(plane_.Create(JobRequest("long")).ok());
  for (const char* id : {"a", "b", "c"}) {
    AddCancelled(id);
    plane_.store.clock.Advance(absl::Seconds(1));
  }
  ASSERT_TRUE(plane_.Cancel("long").ok());
  ASSERT_TRUE(Run({.max_ended_jobs = 4}).ok());
  EXPECT_THAT(JobIds(), SizeIs(4));
  ASSERT_TRUE(Run({.max_ended_jobs = 2}).ok());
  EXPECT_THAT(JobIds(), ElementsAre("long", "c"));
}

TEST_F(JobRetentionTest, EachTenantHasItsOwnCount) {
  ASSERT_TRUE(plane_
                  .Run([](Transaction& tx) {
                    return tx.db().Execute(
                        "INSERT INTO jobs (tenant, uid, id, state, create_time,"
                        " end_time, revision, record) "
                        "VALUES ('other', 'u', 'theirs', 9, 1, 2, 1, x'');");
                  })
                  .ok());
  AddCancelled("a");
  AddCancelled("b");
  ASSERT_TRUE(Run({.max_ended_jobs = 1}).ok());
  EXPECT_THAT(JobIds(), ElementsAre("theirs", "b"));
}

TEST_F(JobRetentionTest, JobsThatEndedAtOneMomentAreCountedOneByOne) {
  for (int i = 0; i < 5; ++i) AddCancelled(absl::StrCat("j", i));
  ASSERT_TRUE(Run({.max_ended_jobs = 3}).ok());
  EXPECT_THAT(JobIds(), ElementsAre("j2", "j3", "j4"));
}

TEST_F(JobRetentionTest, FilesThatAForkHasOutliveTheOriginalsRecord) {
  std::vector<std::string> keys = AddEndedJob("a");
  Fork("jobs/a/checkpoints/10", "b");
  plane_.store.clock.Advance(absl::Hours(1));
  ASSERT_TRUE(Run({.jobs = absl::Hours(1)}).ok());
  EXPECT_THAT(JobIds(), ElementsAre("b"));
  EXPECT_THAT(plane_.observer.released, ElementsAre(keys[1]));
  EXPECT_THAT(StepsOf("b"), ElementsAre(10));
}

TEST_F(JobRetentionTest, ManyGoInManyWritesAndAStopIsHeardBetween) {
  for (int i = 0; i < 450; ++i) AddCancelled(absl::StrCat("j", i));
  JobRetention retention(plane_.store.store.get(), plane_.context,
                         {.jobs = absl::ZeroDuration()});
  int asked = 0;
  ASSERT_TRUE(
      retention
          .RunOnce(plane_.store.clock.Now(), [&asked] { return ++asked > 2; })
          .ok());
  EXPECT_THAT(JobIds(), SizeIs(50));
  ASSERT_TRUE(Run({.jobs = absl::ZeroDuration()}).ok());
  EXPECT_THAT(JobIds(), IsEmpty());
}

TEST_F(JobRetentionTest, AWriteTakesFewerJobsWhereTheyHaveManyEvents) {
  for (const char* id : {"a", "b", "c"}) {
    ASSERT_TRUE(plane_.Create(JobRequest(id)).ok());
    WorkRow row = Lease(id);
    std::vector<internal::v1::WorkEvent> events;
    for (int i = 1; i <= 3000; ++i) events.push_back(MetricEvent(i, i, 0.5));
    ASSERT_TRUE(plane_.Report(row.lease(), events).ok());
    End(row, 3001);
  }
  auto removed = plane_.Run([&](Transaction& tx) {
    return RemoveEndedJobs(tx, plane_.context, TestControlPlane::kTenant,
                           {.time = absl::InfiniteFuture()});
  });
  EXPECT_EQ(removed.value(), 2);
}

TEST_F(JobRetentionTest, OldAuditRecordsGo) {
  auto add = [this] {
    return plane_.Run([](Transaction& tx) {
      return tx.db()
          .Prepare(
              "INSERT INTO audit_records (tenant, time, resource, record) "
              "VALUES ('t', ?, 'jobs/a', x'')")
          .Bind(tx.now())
          .Run();
    });
  };
  ASSERT_TRUE(add().ok());
  plane_.store.clock.Advance(absl::Hours(1));
  ASSERT_TRUE(add().ok());
  ASSERT_TRUE(Run({}).ok());
  EXPECT_EQ(Count("audit_records"), 2);
  ASSERT_TRUE(Run({.audit_records = absl::Hours(1)}).ok());
  EXPECT_EQ(Count("audit_records"), 1);
}

TEST_F(JobRetentionTest, AClockThatIsSetForwardDeletesNothing) {
  AddEndedJob("a");
  WriteArtifact("gone/1", 7);
  JobRetention jobs(plane_.store.store.get(), plane_.context,
                    {.jobs = absl::Hours(24)});
  auto make_sweep = [&] {
    return std::make_unique<RetentionSweep>(
        RetentionSweep::Options{.store = plane_.store.store.get(),
                                .keeper = keeper_.get(),
                                .jobs = &jobs,
                                .clock = &plane_.store.clock});
  };
  auto sweep = make_sweep();
  sweep->RunOnce();
  ASSERT_THAT(Quarantined(), SizeIs(1));
  plane_.store.clock.JumpWallClock(absl::Hours(24 * 365));
  for (int i = 0; i < 5; ++i) {
    plane_.store.clock.Advance(absl::Minutes(10));
    sweep->RunOnce();
  }
  // A start does not trust it more.
  sweep = make_sweep();
  sweep->RunOnce();
  EXPECT_THAT(JobIds(), ElementsAre("a"));
  EXPECT_THAT(StepsOf("a"), SizeIs(2));
  EXPECT_THAT(Quarantined(), SizeIs(1));
  // It was right.
  for (int i = 0; i < 7; ++i) {
    plane_.store.clock.Advance(absl::Minutes(10));
    sweep->RunOnce();
  }
  EXPECT_THAT(JobIds(), IsEmpty());
  EXPECT_THAT(Quarantined(), IsEmpty());
}

TEST_F(JobRetentionTest, RoomOfDeletedRowsGoesBackToTheDisk) {
  ASSERT_TRUE(
      plane_
          .Run([](Transaction& tx) {
            return tx.db().Execute(
                "CREATE TABLE large (x); WITH RECURSIVE n(i) AS "
                "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                "2000) INSERT INTO large SELECT zeroblob(8000) FROM n;");
          })
          .ok());
  Store& store = *plane_.store.store;
  auto page_count = [this] {
    auto count = plane_.Ask([](Connection& db) -> absl::StatusOr<int64_t> {
      Statement statement = db.Prepare("PRAGMA page_count");
      TUNESMITH_RETURN_IF_ERROR(statement.Step().status());
      return statement.Int(0);
    });
    return count.value();
  };
  const int64_t before = page_count();
  ASSERT_GT(before, 4000);
  ASSERT_TRUE(GiveBackFreePages(store, [] { return false; }).ok());
  EXPECT_EQ(page_count(), before);
  ASSERT_TRUE(plane_
                  .Run([](Transaction& tx) {
                    return tx.db().Execute("DELETE FROM large");
                  })
                  .ok());
  ASSERT_TRUE(GiveBackFreePages(store, [] { return true; }).ok());
  EXPECT_EQ(page_count(), before);
  ASSERT_TRUE(GiveBackFreePages(store, [] { return false; }).ok());
  EXPECT_LT(page_count(), 1500);
}

}  // namespace
}  // namespace tunesmith::server
