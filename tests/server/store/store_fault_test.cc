#include <sqlite3.h>

#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "server/store/store.h"
#include "tests/server/store/request_rows.h"
#include "tests/server/testing/test_store.h"

namespace tunesmith::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Operation = FaultVfs::Operation;

TEST(StoreFaultTest, FailedCommitFailsEveryWriteOfTheGroup) {
  TestStore test;
  bool effect = false;
  std::vector<absl::StatusCode> done;
  for (std::string id : {"a", "b"}) {
    test.store->Write(
        [&, id](Transaction& tx) {
          tx.OnCommit([&] { effect = true; });
          return AddRow(tx, id);
        },
        [&](absl::Status status) { done.push_back(status.code()); });
  }
  test.vfs.FailOperation(Operation::kWrite, 1, SQLITE_IOERR_WRITE);
  test.store->CommitPending();
  EXPECT_THAT(done, ElementsAre(absl::StatusCode::kInternal,
                                absl::StatusCode::kInternal));
  EXPECT_FALSE(effect);
  EXPECT_TRUE(test.fatal.ok());
  EXPECT_THAT(Rows(*test.store), IsEmpty());
  EXPECT_TRUE(test.Write([](Transaction& tx) { return AddRow(tx, "c"); }).ok());
  EXPECT_THAT(Rows(*test.store), ElementsAre("c"));
}

TEST(StoreFaultTest, FailedSyncIsFatal) {
  TestStore test;
  test.vfs.FailOperation(Operation::kSync, 1, SQLITE_IOERR_FSYNC);
  EXPECT_FALSE(
      test.Write([](Transaction& tx) { return AddRow(tx, "a"); }).ok());
  EXPECT_TRUE(IsSyncFailure(test.fatal)) << test.fatal;
  test.fatal = absl::OkStatus();
  absl::Status later =
      test.Write([](Transaction& tx) { return AddRow(tx, "b"); });
  EXPECT_EQ(ReasonOf(later), "STORE_UNAVAILABLE");
  EXPECT_TRUE(test.fatal.ok()) << "called twice";
  // A restart finds what is on the disk and goes on.
  test.vfs.Restart();
  ASSERT_TRUE(test.Reopen().ok());
  EXPECT_TRUE(test.Write([](Transaction& tx) { return AddRow(tx, "b"); }).ok());
}

TEST(StoreFaultTest, FailedSyncOfACheckpointIsFatalAndTheCommitStands) {
  TestStore test;
  Store::Options options = test.options();
  options.checkpoint_pages = 1;
  test.store.reset();
  test.store = *Store::Open(std::move(options));
  // The first commit syncs the log's header and its frames; then the checkpoint
  // begins.
  test.vfs.FailOperation(Operation::kSync, 3, SQLITE_IOERR_FSYNC);
  EXPECT_TRUE(test.Write([](Transaction& tx) { return AddRow(tx, "a"); }).ok());
  EXPECT_TRUE(IsSyncFailure(test.fatal)) << test.fatal;
  test.vfs.Restart();
  ASSERT_TRUE(test.Reopen().ok());
  EXPECT_THAT(Rows(*test.store), ElementsAre("a"));
}

TEST(StoreFaultTest, FullDiskIsNamedAndServiceResumes) {
  TestStore test;
  ASSERT_TRUE(test.Write([](Transaction& tx) { return AddRow(tx, "a"); }).ok());
  test.vfs.LimitDisk(test.vfs.used_bytes());
  // More than is in the log's file already.
  auto large = [](Transaction& tx) {
    for (int i = 0; i < 200; ++i) {
      absl::Status status =
          AddRow(tx, absl::StrCat("b", i, std::string(2000, '.')));
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  };
  absl::Status full = test.Write(large);
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(full), "DISK_FULL");
  EXPECT_TRUE(test.fatal.ok());
  EXPECT_THAT(Rows(*test.store), ElementsAre("a"));
  test.vfs.LimitDisk(std::nullopt);
  EXPECT_TRUE(test.Write(large).ok());
  EXPECT_EQ(Rows(*test.store).size(), 201);
}

// A write that is larger than the page cache reaches the disk before the
// commit; SQLite then undoes the whole transaction by itself.
TEST(StoreFaultTest, DiskFullInTheMiddleOfAGroupFailsAllOfIt) {
  TestStore test;
  ASSERT_TRUE(
      test.Write([](Transaction& tx) { return tx.db().Execute("SELECT 1"); })
          .ok());
  std::vector<std::string> done;
  auto note = [&](absl::Status status) { done.push_back(ReasonOf(status)); };
  test.store->Write([](Transaction& tx) { return AddRow(tx, "a"); }, note);
  test.store->Write(
      [](Transaction& tx) {
        for (int i = 0;; ++i) {
          absl::Status status =
              AddRow(tx, absl::StrCat("b", i, std::string(100'000, '.')));
          if (!status.ok()) return status;
        }
      },
      note);
  test.store->Write([](Transaction& tx) { return AddRow(tx, "c"); }, note);
  test.vfs.LimitDisk(test.vfs.used_bytes() + 100'000);
  test.store->CommitPending();
  EXPECT_THAT(done, ElementsAre("DISK_FULL", "DISK_FULL", "DISK_FULL"));
  test.vfs.LimitDisk(std::nullopt);
  EXPECT_THAT(Rows(*test.store), IsEmpty());
  EXPECT_TRUE(test.Write([](Transaction& tx) { return AddRow(tx, "d"); }).ok());
}

// What a client of the store may believe.
struct Ledger {
  std::set<std::string> acknowledged;
  // Failed, or never answered because the power went.
  std::set<std::string> open;
};

void WriteUntilPowerFails(TestStore& test, std::mt19937_64& random,
                          Ledger& ledger, int& next) {
  for (int group = 0; group < 40 && !test.vfs.power_is_off(); ++group) {
    int size = 1 + static_cast<int>(random() % 4);
    ledger.open.clear();
    for (int i = 0; i < size; ++i) {
      std::string id = absl::StrCat(next++, std::string(random() % 3000, '.'));
      ledger.open.insert(id);
      test.store->Write(
          [id](Transaction& tx) {
            absl::Status status = AddRow(tx, id + "/1");
            return status.ok() ? AddRow(tx, id + "/2") : status;
          },
          [&ledger, &test, id](absl::Status status) {
            if (!status.ok() || test.vfs.power_is_off()) return;
            ledger.acknowledged.insert(id);
            ledger.open.erase(id);
          });
    }
    test.store->CommitPending();
  }
}

TEST(StoreFaultTest, LossOfPowerKeepsEveryAcknowledgedWriteAndNoHalves) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937_64 random(seed);
    TestStore test(seed);
    Ledger ledger;
    int next = 0;
    for (int crash = 0; crash < 4; ++crash) {
      Store::Options options = test.options();
      options.checkpoint_pages = 1 + static_cast<int>(random() % 30);
      test.store.reset();
      auto opened = Store::Open(std::move(options));
      ASSERT_TRUE(opened.ok()) << opened.status();
      test.store = *std::move(opened);
      test.vfs.CutPowerAt(1 + static_cast<int>(random() % 150));
      WriteUntilPowerFails(test, random, ledger, next);
      test.vfs.Restart();
      ASSERT_TRUE(test.Reopen().ok());
      std::vector<std::string> rows = Rows(*test.store);
      std::set<std::string> found(rows.begin(), rows.end());
      for (const std::string& id : ledger.acknowledged) {
        ASSERT_TRUE(found.erase(id + "/1") && found.erase(id + "/2")) << id;
      }
      for (const std::string& id : ledger.open) {
        ASSERT_EQ(found.erase(id + "/1"), found.erase(id + "/2")) << id;
      }
      ASSERT_THAT(found, IsEmpty());
      // What was in the air is settled now.
      for (const std::string& row : rows) {
        ledger.acknowledged.insert(row.substr(0, row.size() - 2));
      }
    }
  }
}

// The same for the migrations of an empty database.
TEST(StoreFaultTest, LossOfPowerWhileMigratingIsRepairedByTheNextStart) {
  for (int operation = 1; operation < 40; ++operation) {
    SCOPED_TRACE(operation);
    TestStore test(operation);
    FaultVfs empty(operation);
    Store::Options options = test.options();
    options.vfs = empty.name();
    empty.CutPowerAt(operation);
    // May have succeeded before the power went.
    Store::Open(std::move(options)).status().IgnoreError();
    empty.Restart();
    options = test.options();
    options.vfs = empty.name();
    auto store = Store::Open(std::move(options));
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_THAT(Rows(**store), IsEmpty());
  }
}

}  // namespace
}  // namespace tunesmith::server
