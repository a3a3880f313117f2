// A database of every earlier version is brought to this one and goes on.
#include <sqlite3.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/lifecycle/job_list.h"
#include "server/store/migrations.h"
#include "tests/server/lifecycle/lifecycle_fixture.h"

namespace tunesmith::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kPath[] = "/tunesmith.db";
// The version with which jobs got checkpoints.
constexpr size_t kCheckpointsVersion = 2;

// Tables that a version writes by itself.
const std::set<std::string> kOwnRows = {"data_directory", "believed_time",
                                        "queue_order", "sqlite_sequence"};

struct Closer {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
};
using Database = std::unique_ptr<sqlite3, Closer>;

Database OpenRaw(const FaultVfs& vfs) {
  sqlite3* db = nullptr;
  EXPECT_EQ(
      sqlite3_open_v2(kPath, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                      vfs.name().c_str()),
      SQLITE_OK);
  return Database(db);
}

void Execute(sqlite3* db, const std::string& sql) {
  ASSERT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(db) << " in " << sql;
}

std::vector<std::string> Texts(sqlite3* db, const std::string& sql) {
  std::vector<std::string> texts;
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr),
            SQLITE_OK)
      << sqlite3_errmsg(db);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    texts.emplace_back(
        reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
  }
  sqlite3_finalize(statement);
  return texts;
}

// Where the rows of a table are read, with every column that it ever had.
std::string SourceOf(const std::string& table) {
  if (table != "work_items") return table;
  return "(SELECT w.*, l.purpose, l.device_kind, l.device_memory_bytes "
         "FROM work_items w JOIN work_lists l ON l.number = w.list)";
}

std::vector<std::string> ColumnsOf(sqlite3* db, const std::string& table) {
  return Texts(
      db, absl::StrCat("SELECT name FROM pragma_table_info('", table, "')"));
}

// Copies the rows of a table, as far as both know their columns. Returns how
// many.
int CopyRows(sqlite3* from, sqlite3* to, const std::string& table) {
  std::vector<std::string> known = ColumnsOf(from, table);
  if (table == "work_items") {
    std::vector<std::string> lists = ColumnsOf(from, "work_lists");
    known.insert(known.end(), lists.begin(), lists.end());
  }
  // Until version 7, what did not wait for a time had one that was over.
  const bool has_times = Texts(to,
                               "SELECT name FROM pragma_table_info("
                               "'work_items') WHERE name = 'list'")
                             .empty();
  std::vector<std::string> sources;
  std::vector<std::string> targets;
  for (const std::string& column : ColumnsOf(to, table)) {
    // Its name until version 6.
    const std::string source =
        table == "requests" && column == "job_uid" ? "resource_uid" : column;
    if (std::find(known.begin(), known.end(), source) == known.end()) continue;
    const bool is_time = column == "not_before" && has_times;
    sources.push_back(is_time ? "COALESCE(not_before, 0)" : source);
    targets.push_back(column);
  }
  sqlite3_stmt* select = nullptr;
  sqlite3_stmt* insert = nullptr;
  EXPECT_EQ(
      sqlite3_prepare_v2(from,
                         absl::StrCat("SELECT ", absl::StrJoin(sources, ", "),
                                      " FROM ", SourceOf(table))
                             .c_str(),
                         -1, &select, nullptr),
      SQLITE_OK)
      << sqlite3_errmsg(from);
  std::vector<std::string> marks(targets.size(), "?");
  EXPECT_EQ(sqlite3_prepare_v2(
                to,
                absl::StrCat("INSERT INTO ", table, " (",
                             absl::StrJoin(targets, ", "), ") VALUES (",
                             absl::StrJoin(marks, ", "), ")")
                    .c_str(),
                -1, &insert, nullptr),
            SQLITE_OK)
      << sqlite3_errmsg(to);
  int rows = 0;
  while (sqlite3_step(select) == SQLITE_ROW) {
    for (size_t i = 0; i < sources.size(); ++i) {
      sqlite3_bind_value(insert, static_cast<int>(i) + 1,
                         sqlite3_column_value(select, static_cast<int>(i)));
    }
    EXPECT_EQ(sqlite3_step(insert), SQLITE_DONE)
        << sqlite3_errmsg(to) << ", table " << table;
    sqlite3_reset(insert);
    ++rows;
  }
  sqlite3_finalize(select);
  sqlite3_finalize(insert);
  return rows;
}

class UpgradeTest : public ::testing::TestWithParam<size_t> {
 protected:
  void SetUp() override {
    Populate();
    MakeOld();
    ASSERT_TRUE(old_.store.Reopen().ok());
  }

  // Rows in every table: jobs that wait, run and ended, with all they have.
  void Populate() {
    now_.AddInputs();
    v1::CreateJobRequest done = JobRequest("done");
    done.set_request_id("first");
    done.mutable_job()
        ->mutable_spec()
        ->mutable_hyperparameters()
        ->set_max_steps(30);
    ASSERT_TRUE(now_.Create(done).ok());
    WorkRow row = now_.Lease().value();
    ASSERT_TRUE(now_.Report(row.lease(), {MetricEvent(1, 10, 0.5),
                                          CheckpointEvent(2, row, 10, true),
                                          SuccessEvent(3, row)})
                    .ok());
    ASSERT_TRUE(now_.Create(JobRequest("cancelled")).ok());
    ASSERT_TRUE(now_.Cancel("cancelled").ok());
    ASSERT_TRUE(now_.Create(JobRequest("runs")).ok());
    running_ = now_.Lease().value();
    ASSERT_TRUE(now_.Report(running_.lease(), {MetricEvent(1, 1, 0.7)}).ok());
    ASSERT_TRUE(now_.Create(JobRequest("waits")).ok());
  }

  // The same rows in a database of the earlier version.
  void MakeOld() {
    old_.store.store.reset();
    for (const char* suffix : {"", "-wal", "-shm"}) {
      old_.store.vfs.Delete(absl::StrCat(kPath, suffix));
    }
    Database from = OpenRaw(now_.store.vfs);
    Database to = OpenRaw(old_.store.vfs);
    for (size_t i = 0; i < GetParam(); ++i) {
      Execute(to.get(), Migrations()[i].sql);
    }
    // The rows that triggers write are copied as others are.
    std::vector<std::string> triggers =
        Texts(to.get(), "SELECT sql FROM sqlite_schema WHERE type = 'trigger'");
    for (const std::string& name :
         Texts(to.get(),
               "SELECT name FROM sqlite_schema WHERE type = 'trigger'")) {
      Execute(to.get(), "DROP TRIGGER " + name);
    }
    for (const std::string& table :
         Texts(to.get(),
               "SELECT name FROM sqlite_schema WHERE type = "
               "'table'")) {
      if (kOwnRows.contains(table)) continue;
      rows_[table] = CopyRows(from.get(), to.get(), table);
    }
    for (const std::string& trigger : triggers) Execute(to.get(), trigger);
    Execute(to.get(), absl::StrCat("PRAGMA user_version = ", GetParam()));
  }

  std::vector<std::string> JobIds() {
    v1::ListJobsRequest::Order order = v1::ListJobsRequest::NEWEST_FIRST;
    JobListQuery query = {.tenant = TestControlPlane::kTenant, .order = order};
    auto page = old_.Ask(
        [&](Connection& db) { return ListJobs(db, query, /*limit=*/100); });
    std::vector<std::string> ids;
    for (const ListedJob& listed : page.value().jobs) {
      ids.push_back(listed.row.job.name());
    }
    return ids;
  }

  TestControlPlane now_;
  TestControlPlane old_;
  WorkRow running_;
  std::map<std::string, int> rows_;
};

TEST_P(UpgradeTest, EveryRecordIsReadAsBefore) {
  EXPECT_GT(rows_["jobs"], 0);
  EXPECT_GT(rows_["job_events"], 0);
  EXPECT_GT(rows_["job_metrics"], 0);
  EXPECT_GT(rows_["job_inputs"], 0);
  EXPECT_GT(rows_["requests"], 0);
  EXPECT_GT(rows_["datasets"], 0);
  EXPECT_GT(rows_["models"], 0);
  EXPECT_GT(rows_["work_items"], 0);
  EXPECT_THAT(JobIds(), ElementsAre("jobs/waits", "jobs/runs", "jobs/cancelled",
                                    "jobs/done"));
  for (const char* id : {"waits", "runs", "cancelled", "done"}) {
    EXPECT_EQ(old_.Job(id).DebugString(), now_.Job(id).DebugString());
    EXPECT_EQ(old_.Events(old_.Job(id)).size(),
              now_.Events(now_.Job(id)).size());
  }
  EXPECT_EQ(old_.Dataset("train").DebugString(),
            now_.Dataset("train").DebugString());
  EXPECT_TRUE(old_.FindModel("bert").ok());
  auto broken = old_.Ask([](Connection& db) {
    return db.Prepare("SELECT \"table\" FROM pragma_foreign_key_check").Texts();
  });
  EXPECT_THAT(broken.value(), IsEmpty());
}

TEST_P(UpgradeTest, WhatRanIsReportedAndWhatWaitedRuns) {
  ASSERT_TRUE(old_.Report(running_.lease(), {SuccessEvent(2, running_)}).ok());
  EXPECT_EQ(old_.Job("runs").state(), v1::Job::SUCCEEDED);
  std::optional<WorkRow> next = old_.Lease();
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->subject, "jobs/waits");
  ASSERT_TRUE(old_.Report(next->lease(), {SuccessEvent(1, *next)}).ok());
  EXPECT_EQ(old_.Job("waits").state(), v1::Job::SUCCEEDED);
  EXPECT_FALSE(old_.Lease().has_value());
}

TEST_P(UpgradeTest, NewJobsComeAndOldOnesGo) {
  v1::CreateJobRequest again = JobRequest("done");
  again.set_request_id("first");
  again.mutable_job()->mutable_spec()->mutable_hyperparameters()->set_max_steps(
      30);
  // The one of before, by its request.
  EXPECT_EQ(old_.Create(again).value().job().uid(), now_.Job("done").uid());
  ASSERT_TRUE(old_.Create(JobRequest("new")).ok());
  EXPECT_EQ(JobIds().front(), "jobs/new");
  ASSERT_TRUE(old_.Pause("new").ok());
  ASSERT_TRUE(old_.Cancel("waits").ok());
  ASSERT_TRUE(old_.Delete("cancelled").ok());
  EXPECT_THAT(JobIds(), Not(::testing::Contains("jobs/cancelled")));
  if (GetParam() < kCheckpointsVersion) return;
  v1::ForkJobRequest fork;
  fork.set_name("jobs/done/checkpoints/10");
  fork.set_job_id("fork");
  fork.mutable_job()->mutable_spec()->mutable_hyperparameters()->set_max_steps(
      50);
  absl::Status forked = old_.Fork(fork).status();
  EXPECT_TRUE(forked.ok()) << forked;
}

INSTANTIATE_TEST_SUITE_P(EachVersion, UpgradeTest,
                         ::testing::Range(size_t{1}, Migrations().size()),
                         [](const ::testing::TestParamInfo<size_t>& info) {
                           return absl::StrCat("From", info.param);
                         });

}  // namespace
}  // namespace tunesmith::server
