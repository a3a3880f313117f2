#include "server/store/store.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "server/store/migrations.h"
#include "tests/server/store/request_rows.h"
#include "tests/server/testing/test_store.h"

namespace tunesmith::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(StoreTest, FailedWriteLeavesTheOthersOfItsGroup) {
  TestStore test;
  std::vector<std::string> done;
  auto note = [&done](const std::string& name) {
    return [&done, name](absl::Status status) {
      done.push_back(
          absl::StrCat(name, " ", absl::StatusCodeToString(status.code())));
    };
  };
  test.store->Write([](Transaction& tx) { return AddRow(tx, "a"); }, note("a"));
  test.store->Write(
      [](Transaction& tx) {
        EXPECT_TRUE(AddRow(tx, "b").ok());
        return absl::AbortedError("changed its mind");
      },
      note("b"));
  // Its statement fails halfway: the row before it goes too.
  test.store->Write(
      [](Transaction& tx) {
        EXPECT_TRUE(AddRow(tx, "c").ok());
        return AddRow(tx, "a");
      },
      note("c"));
  test.store->Write([](Transaction& tx) { return AddRow(tx, "d"); }, note("d"));
  EXPECT_EQ(test.store->CommitPending(), 4);
  EXPECT_THAT(done,
              ElementsAre("a OK", "b ABORTED", "c ALREADY_EXISTS", "d OK"));
  EXPECT_THAT(Rows(*test.store), ElementsAre("a", "d"));
  EXPECT_EQ(test.store->CommitPending(), 0);
}

TEST(StoreTest, EffectsFollowTheCommitAndComeBeforeDone) {
  TestStore test;
  std::vector<std::string> seen;
  for (std::string name : {"a", "b"}) {
    test.store->Write(
        [&, name](Transaction& tx) {
          tx.OnCommit([&, name] {
            EXPECT_THAT(Rows(*test.store), ElementsAre("a", "b"));
            seen.push_back("effect " + name);
          });
          return AddRow(tx, name);
        },
        [&, name](absl::Status) { seen.push_back("done " + name); });
  }
  test.store->Write(
      [&](Transaction& tx) {
        tx.OnCommit([&] { seen.push_back("effect of a failure"); });
        return absl::AbortedError("no");
      },
      nullptr);
  EXPECT_TRUE(seen.empty());
  test.store->CommitPending();
  EXPECT_THAT(seen, ElementsAre("effect a", "done a", "effect b", "done b"));
}

TEST(StoreTest, GroupHasAMaximum) {
  TestStore test;
  Store::Options options = test.options();
  options.max_group_size = 2;
  test.store.reset();
  test.store = *Store::Open(std::move(options));
  for (int i = 0; i < 5; ++i) {
    test.store->Write(
        [i](Transaction& tx) { return AddRow(tx, absl::StrCat(i)); }, nullptr);
  }
  EXPECT_EQ(test.store->CommitPending(), 2);
  // Waits for its own write, which is not in the next group.
  EXPECT_TRUE(test.Write([](Transaction& tx) { return AddRow(tx, "z"); }).ok());
  EXPECT_EQ(Rows(*test.store).size(), 6);
}

TEST(StoreTest, WriteAndWaitWorksInsideACompletion) {
  TestStore test;
  absl::Status inner = absl::UnknownError("not called");
  test.store->Write(
      [](Transaction& tx) { return AddRow(tx, "a"); },
      [&](absl::Status) {
        inner = test.Write([](Transaction& tx) { return AddRow(tx, "b"); });
      });
  test.store->CommitPending();
  EXPECT_TRUE(inner.ok()) << inner;
  EXPECT_THAT(Rows(*test.store), ElementsAre("a", "b"));
}

TEST(StoreTest, WritesAfterStopAreRefusedAndQueuedOnesStillCommit) {
  TestStore test;
  std::vector<absl::Status> done;
  auto note = [&](absl::Status status) { done.push_back(status); };
  test.store->Write([](Transaction& tx) { return AddRow(tx, "a"); }, note);
  test.store->Stop();
  test.store->Stop();
  test.store->Write([](Transaction& tx) { return AddRow(tx, "b"); }, note);
  ASSERT_EQ(done.size(), 1);
  EXPECT_EQ(done[0].code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(done[0]), "DRAINING");
  EXPECT_TRUE(test.store->WaitForWrites());
  test.store->CommitPending();
  EXPECT_FALSE(test.store->WaitForWrites());
  EXPECT_THAT(Rows(*test.store), ElementsAre("a"));
}

TEST(StoreTest, WritesLeftAtTheEndHearOfIt) {
  TestStore test;
  absl::Status done;
  test.store->Write([](Transaction& tx) { return AddRow(tx, "a"); },
                    [&](absl::Status status) { done = status; });
  test.store.reset();
  EXPECT_EQ(done.code(), absl::StatusCode::kUnavailable);
}

TEST(StoreTest, ReaderKeepsItsSnapshotWhileOthersWrite) {
  TestStore test;
  ASSERT_TRUE(test.Write([](Transaction& tx) { return AddRow(tx, "a"); }).ok());
  test.store->ReadNow([&](Connection& db) {
    EXPECT_THAT(RowsOf(db), ElementsAre("a"));
    ASSERT_TRUE(
        test.Write([](Transaction& tx) { return AddRow(tx, "b"); }).ok());
    EXPECT_THAT(RowsOf(db), ElementsAre("a"));
    EXPECT_THAT(Rows(*test.store), ElementsAre("a", "b"));
  });
  EXPECT_THAT(Rows(*test.store), ElementsAre("a", "b"));
}

TEST(StoreTest, ReadThatCannotOpenGetsTheError) {
  TestStore test;
  test.vfs.Restart();  // The writer's handles are dead, the file is empty.
  test.vfs.CutPowerAt(1);
  test.vfs.Admit(FaultVfs::Operation::kSync, 0);
  absl::Status status;
  test.store->Read(
      [&](Connection& db) { status = db.Prepare("SELECT 1").Step().status(); });
  EXPECT_FALSE(status.ok());
}

TEST(StoreTest, NowIsTheSameForAGroup) {
  TestStore test;
  std::vector<absl::Time> times;
  for (int i = 0; i < 2; ++i) {
    test.store->Write(
        [&](Transaction& tx) {
          times.push_back(tx.now());
          test.clock.Advance(absl::Seconds(1));
          return absl::OkStatus();
        },
        nullptr);
  }
  absl::Time before = test.clock.Now();
  test.store->CommitPending();
  EXPECT_THAT(times, ElementsAre(before, before));
}

TEST(StoreTest, ObserverHearsOfEveryGroup) {
  struct Observer : StoreObserver {
    void OnGroup(int writes, absl::Duration took,
                 const absl::Status& status) override {
      heard.push_back(absl::StrCat(writes, " ", absl::FormatDuration(took), " ",
                                   status.ok() ? "ok" : "failed"));
    }
    std::vector<std::string> heard;
  } observer;
  TestStore test;
  Store::Options options = test.options();
  options.observer = &observer;
  test.store.reset();
  test.store = *Store::Open(std::move(options));
  auto write = [&](Transaction& tx) {
    test.clock.Advance(absl::Seconds(2));
    return absl::OkStatus();
  };
  test.store->Write(write, nullptr);
  test.store->Write(write, nullptr);
  test.store->CommitPending();
  EXPECT_THAT(observer.heard, ElementsAre("2 4s ok"));
}

TEST(StoreTest, DatabaseOfANewerVersionIsRefused) {
  TestStore test;
  ASSERT_TRUE(test.Write([](Transaction& tx) {
                    return tx.db().Execute("PRAGMA user_version = 999");
                  })
                  .ok());
  absl::Status status = test.Reopen();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("999"));
}

TEST(StoreTest, OpeningAgainKeepsVersionAndRows) {
  TestStore test;
  ASSERT_TRUE(test.Write([](Transaction& tx) { return AddRow(tx, "a"); }).ok());
  ASSERT_TRUE(test.Reopen().ok());
  EXPECT_THAT(Rows(*test.store), ElementsAre("a"));
  test.store->ReadNow([](Connection& db) {
    Statement version = db.Prepare("PRAGMA user_version");
    ASSERT_TRUE(*version.Step());
    EXPECT_EQ(version.Int(0), static_cast<int64_t>(Migrations().size()));
  });
}

// Every row of this table is a state that must not exist.
// An item with this state, delay, fence, attempts and place.
#define WORK_ITEM(values)                                                      \
  "INSERT INTO work_items (uid, list, tenant, subject, subject_uid, priority," \
  " queue_time, turn, payload, state, delayed_from, not_before, fence,"        \
  " attempt, max_attempts, worker, worker_boot, slot)"                         \
  " VALUES ('u', 1, 't', 's', 's', 0, 0, 0, x'', " values ")"

TEST(StoreTest, SchemaRefusesImpossibleRows) {
  const char* const kImpossible[] = {
      // A state that is none.
      "INSERT INTO jobs VALUES (1, 't', 'u', 'i', 10, 0, NULL, 1, x'')",
      // Ended without a time, and the other way round.
      "INSERT INTO jobs VALUES (1, 't', 'u', 'i', 7, 0, NULL, 1, x'')",
      "INSERT INTO jobs VALUES (1, 't', 'u', 'i', 2, 0, 5, 1, x'')",
      "INSERT INTO jobs VALUES (1, 't', 'u', 'i', 2, 0, NULL, 0, x'')",
      // Events of no job.
      "INSERT INTO job_events VALUES ('t', 'none', 1, x'')",
      "INSERT INTO job_metrics VALUES ('t', 'none', 1, 'loss', 0, 0, 0)",
      "INSERT INTO job_inputs VALUES ('t', 'none', 'r')",
      // Waiting with a worker; leased without one, or without a slot.
      WORK_ITEM("1, 0, NULL, 0, 1, 1, 'w', 1, 0"),
      WORK_ITEM("2, 0, NULL, 0, 1, 1, NULL, NULL, NULL"),
      WORK_ITEM("2, 0, NULL, 0, 1, 1, 'w', 1, NULL"),
      // Delayed without a time; waiting with one.
      WORK_ITEM("4, NULL, NULL, 0, 1, 1, NULL, NULL, NULL"),
      WORK_ITEM("1, 1, 2, 0, 1, 1, NULL, NULL, NULL"),
      // More attempts than there may be.
      WORK_ITEM("1, NULL, NULL, 2, 2, 1, NULL, NULL, NULL"),
      // Less memory than none.
      "INSERT INTO work_lists (tenant, purpose, device_kind,"
      " device_memory_bytes) VALUES ('t', 1, 0, -1)",
  };
  TestStore test;
  for (const char* sql : kImpossible) {
    absl::Status status =
        test.Write([&](Transaction& tx) { return tx.db().Execute(sql); });
    EXPECT_THAT(std::string(status.message()), HasSubstr("constraint failed"))
        << sql;
  }
}

}  // namespace
}  // namespace tunesmith::server
