#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/store/migrations.h"
#include "spdlog/spdlog.h"
#include "tests/server/faults/failing_memory.h"
#include "tests/server/faults/scripted_history.h"

// Every operation of the disk and every allocation of SQLite fails once, in
// every step of a history. Afterwards a new process finds all that was
// acknowledged and no half of what was not.

namespace tunesmith::server {
namespace {

using Files = std::map<std::string, std::string>;
using Operation = FaultVfs::Operation;

// One way in which the n-th operation fails.
struct Fault {
  const char* name;
  void (*arm)(FaultVfs& vfs, int n);
  // Beside the disk's own.
  bool (*is_due)() = [] { return false; };
  // Whether unsynced bytes are lost with it.
  bool loses_power = false;
  // Whether every step has such operations: the log is truncated now and then.
  bool always = true;
  // Every how many operations one is tried.
  int stride = 1;
};

const Fault kFaults[] = {
    {"write",
     [](FaultVfs& vfs, int n) {
       vfs.FailOperation(Operation::kWrite, n, SQLITE_IOERR_WRITE);
     }},
    {"full disk",
     [](FaultVfs& vfs, int n) {
       vfs.FailOperation(Operation::kWrite, n, SQLITE_FULL);
     }},
    {"torn write", [](FaultVfs& vfs, int n) { vfs.TearWrite(n); }},
    {.name = "sync",
     .arm =
         [](FaultVfs& vfs, int n) {
           vfs.FailOperation(Operation::kSync, n, SQLITE_IOERR_FSYNC);
         },
     .loses_power = true},
    {.name = "truncation",
     .arm =
         [](FaultVfs& vfs, int n) {
           vfs.FailOperation(Operation::kTruncate, n, SQLITE_IOERR_TRUNCATE);
         },
     .always = false},
    {"open",
     [](FaultVfs& vfs, int n) {
       vfs.FailOperation(Operation::kOpen, n, SQLITE_CANTOPEN);
     }},
    {.name = "power",
     .arm = [](FaultVfs& vfs, int n) { vfs.CutPowerAt(n); },
     .loses_power = true},
    {.name = "memory",
     .arm = [](FaultVfs&, int n) { FailSqliteAllocation(n); },
     .is_due = SqliteAllocationFailureIsDue,
     .stride = 61},
};

class StorageFaultSweep : public testing::TestWithParam<Fault> {
 protected:
  StorageFaultSweep() { spdlog::set_level(spdlog::level::off); }

  bool IsDue(const FaultVfs& vfs) const {
    return GetParam().is_due() || vfs.failure_is_due();
  }
  void Disarm(FaultVfs& vfs) const {
    for (auto operation : {Operation::kWrite, Operation::kSync,
                           Operation::kTruncate, Operation::kOpen}) {
      vfs.FailOperation(operation, 0, 0);
    }
    vfs.TearWrite(0);
    FailSqliteAllocation(0);
    if (GetParam().loses_power) {
      vfs.Restart();
    } else {
      vfs.RestartProcess();
    }
  }
};

// The files before each step and after the last, and what is in them.
struct Undisturbed {
  std::vector<Files> files;
  std::vector<std::string> dumps;
};

Undisturbed RunUndisturbed() {
  Undisturbed run;
  FaultVfs vfs;
  ScriptedHistory history(&vfs);
  history.MakeInputs();
  for (int step = 0; step <= ScriptedHistory::kSteps; ++step) {
    EXPECT_TRUE(history.Open().ok());
    run.dumps.push_back(history.Dump());
    // With what lies in the log.
    run.files.push_back(vfs.Contents());
    if (step == ScriptedHistory::kSteps) break;
    absl::Status status = history.Run(step);
    EXPECT_TRUE(status.ok()) << "step " << step << ": " << status;
  }
  return run;
}

TEST_P(StorageFaultSweep, EveryStepIsWholeOrWasNotMade) {
  const Undisturbed undisturbed = RunUndisturbed();
  ASSERT_FALSE(HasFailure());
  int failed = 0;
  for (int step = 0; step < ScriptedHistory::kSteps; ++step) {
    for (int n = 1;; n += GetParam().stride) {
      SCOPED_TRACE(absl::StrCat("step ", step, ", n ", n));
      FaultVfs vfs(n);
      vfs.Load(undisturbed.files[step]);
      ScriptedHistory history(&vfs);
      GetParam().arm(vfs, n);
      absl::Status opened = history.Open();
      bool acknowledged = opened.ok() && history.Run(step).ok();
      bool was_due = IsDue(vfs);
      failed += acknowledged ? 0 : 1;
      history.Close();
      Disarm(vfs);

      ASSERT_TRUE(history.Open().ok());
      std::string dump = history.Dump();
      if (!acknowledged && dump == undisturbed.dumps[step]) {
        absl::Status again = history.Run(step);
        ASSERT_TRUE(again.ok()) << again;
        dump = history.Dump();
      }
      ASSERT_EQ(dump, undisturbed.dumps[step + 1]);
      if (was_due) break;
    }
  }
  EXPECT_TRUE(failed > 0 || !GetParam().always);
}

// The first version's rows, whatever fails while all later ones are applied.
TEST_P(StorageFaultSweep, MigrationIsMadeInWholeSteps) {
  Files oldest;
  {
    FaultVfs vfs;
    auto db = *Connection::Open("/tunesmith.db", Connection::Mode::kReadWrite,
                                vfs.name());
    ASSERT_TRUE(db->Execute("PRAGMA journal_mode = WAL").ok());
    ASSERT_TRUE(db->Execute(Migrations()[0].sql).ok());
    absl::Status filled = db->Execute(
        "PRAGMA user_version = 1;"
        "INSERT INTO jobs VALUES (7, 't', 'u', 'a', 3, 1, NULL, 1, x'');"
        "INSERT INTO job_events VALUES ('t', 'u', 1, x'');"
        "INSERT INTO work_items VALUES (4, 'i', 't', 'jobs/a', 'u', 1, 0, 9, 1,"
        " 5, 6, 3, 2, 3, NULL, NULL, NULL, 0, 11, x'');");
    ASSERT_TRUE(filled.ok()) << filled;
    db.reset();
    oldest = vfs.Contents();
  }
  std::string expected;
  for (int n = 0;; n += GetParam().stride) {
    SCOPED_TRACE(n);
    FaultVfs vfs(n + 1);
    vfs.Load(oldest);
    ScriptedHistory history(&vfs);
    if (n > 0) GetParam().arm(vfs, n);
    absl::Status opened = history.Open();
    bool was_due = IsDue(vfs);
    history.Close();
    Disarm(vfs);
    opened = history.Open();
    ASSERT_TRUE(opened.ok()) << opened;
    // The first round has no fault and says how it should be.
    if (n == 0) expected = history.Dump();
    ASSERT_EQ(history.Dump(), expected);
    ASSERT_THAT(expected, testing::HasSubstr("'jobs/a'"));
    if (n > 0 && was_due) break;
  }
}

INSTANTIATE_TEST_SUITE_P(Faults, StorageFaultSweep, testing::ValuesIn(kFaults),
                         [](const testing::TestParamInfo<Fault>& info) {
                           std::string name = info.param.name;
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

}  // namespace
}  // namespace tunesmith::server
