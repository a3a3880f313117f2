#include "server/store/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/store/connection.h"
#include "tests/server/testing/fault_vfs.h"
#include "tunesmith/v1/job.pb.h"

namespace tunesmith::server {
namespace {

using ::testing::ElementsAre;

class MigrationsTest : public ::testing::Test {
 protected:
  // Brings an empty database to `version`.
  void Create(size_t version) {
    for (size_t i = 0; i < version; ++i) {
      ASSERT_TRUE(db_->Execute(Migrations()[i].sql).ok());
    }
    ASSERT_TRUE(
        db_->Execute(absl::StrCat("PRAGMA user_version = ", version)).ok());
  }

  void Execute(const char* sql) {
    absl::Status status = db_->Execute(sql);
    ASSERT_TRUE(status.ok()) << status;
  }

  std::vector<int64_t> Ints(const char* sql) {
    Statement statement = db_->Prepare(sql);
    std::vector<int64_t> values;
    while (statement.Step().value()) values.push_back(statement.Int(0));
    return values;
  }

  FaultVfs vfs_;
  std::unique_ptr<Connection> db_ =
      *Connection::Open("/db", Connection::Mode::kReadWrite, vfs_.name());
};

TEST_F(MigrationsTest, JobsWorkAndWhatHangsOnThemSurviveTheSecond) {
  Create(1);
  Execute(
      "INSERT INTO jobs VALUES (7, 't', 'u', 'a', 3, 1, NULL, 1, x'');"
      "INSERT INTO jobs VALUES (9, 't', 'v', 'b', 7, 1, 2, 1, x'');"
      "DELETE FROM jobs WHERE number = 9;"
      "INSERT INTO job_events VALUES ('t', 'u', 1, x'');"
      "INSERT INTO work_items VALUES (4, 'i', 't', 'jobs/a', 'u', 1, 0, 9, 2, "
      "5,"
      " 6, 3, 2, 3, 'w', 8, 0, 1, 11, x'');");
  ASSERT_TRUE(Migrate(*db_).ok());
  EXPECT_THAT(Ints("SELECT number FROM jobs"), ElementsAre(7));
  EXPECT_THAT(Ints("SELECT sequence FROM job_events"), ElementsAre(1));
  EXPECT_THAT(Ints("SELECT stop FROM work_items WHERE uid = 'i' AND slot = 0"),
              ElementsAre(1));
  EXPECT_THAT(Ints("SELECT device_memory_bytes FROM work_lists"),
              ElementsAre(9));
  EXPECT_THAT(Ints("PRAGMA foreign_keys"), ElementsAre(1));
  // The number of a deleted job is not given again.
  Execute(
      "INSERT INTO jobs (tenant, uid, id, state, create_time, revision,"
      " record) VALUES ('t', 'w', 'c', 5, 1, 1, x'')");
  EXPECT_THAT(Ints("SELECT number FROM jobs WHERE id = 'c'"), ElementsAre(10));
  // Children still go with their job.
  Execute("DELETE FROM jobs WHERE id = 'a'");
  EXPECT_THAT(Ints("SELECT COUNT(*) FROM job_events"), ElementsAre(0));
}

TEST_F(MigrationsTest, PlacesCountsAndMarksAreThereAfterTheSeventh) {
  Create(6);
  v1::Job job;
  (*job.mutable_labels())["team"] = "x";
  job.mutable_spec()->set_base_model("models/m");
  job.mutable_spec()->mutable_data()->set_training("datasets/d");
  job.mutable_spec()->mutable_data()->set_test("datasets/d");
  // The second was made when the clock had been set back.
  for (auto [number, time] : {std::pair{1, 5'000'000}, {2, 4'000'000}}) {
    ASSERT_TRUE(db_->Prepare("INSERT INTO jobs VALUES (?1, 't', 'u' || ?1,"
                             " 'j' || ?1, 3, ?2, NULL, 1, ?3)")
                    .Bind(number)
                    .Bind(time)
                    .BindBlob(job.SerializeAsString())
                    .Run()
                    .ok());
  }
  Execute(
      "INSERT INTO work_items (number, uid, tenant, subject, subject_uid,"
      " purpose, device_kind, device_memory_bytes, state, priority, not_before,"
      " fence, attempt, max_attempts, payload)"
      " SELECT number, 'w' || number, 't', 'jobs/' || id, uid, 1, 0, 0, 1, 0,"
      " 9, 0, 0, 3, x'' FROM jobs");
  absl::Status status = Migrate(*db_);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Ints("SELECT number FROM work_items ORDER BY turn, number"),
              ElementsAre(1, 2));
  EXPECT_THAT(Ints("SELECT waiting FROM work_lists"), ElementsAre(2));
  EXPECT_THAT(Ints("SELECT SUM(waiting) FROM work_ranks GROUP BY shift"),
              ElementsAre(2, 2, 2));
  EXPECT_THAT(Ints("SELECT jobs FROM job_counts WHERE state = 3"),
              ElementsAre(2));
  EXPECT_THAT(Ints("SELECT job FROM job_marks WHERE kind = 1 AND key = 'team'"
                   " AND value = 'x' ORDER BY create_time"),
              ElementsAre(2, 1));
  EXPECT_THAT(Ints("SELECT kind FROM job_marks WHERE job = 1 ORDER BY kind"),
              ElementsAre(1, 2, 3));
}

TEST_F(MigrationsTest, ASecondRunChangesNothing) {
  ASSERT_TRUE(Migrate(*db_).ok());
  ASSERT_TRUE(Migrate(*db_).ok());
  EXPECT_THAT(Ints("PRAGMA user_version"),
              ElementsAre(static_cast<int64_t>(Migrations().size())));
}

absl::Status FillDoubles(Connection& db) {
  return db.Execute("INSERT INTO numbers SELECT 2 * n FROM numbers");
}

absl::Status FillAndFail(Connection& db) {
  absl::Status filled = FillDoubles(db);
  return filled.ok() ? absl::DataLossError("a record that cannot be read")
                     : filled;
}

constexpr char kNumbers[] =
    "CREATE TABLE numbers (n INTEGER); INSERT INTO numbers VALUES (1);";
constexpr char kMore[] = "INSERT INTO numbers VALUES (5);";

TEST_F(MigrationsTest, AFillSeesWhatItsStepMadeAndLaterStepsSeeIt) {
  const Migration steps[] = {{kNumbers, FillDoubles}, {kMore, FillDoubles}};
  ASSERT_TRUE(Migrate(*db_, steps).ok());
  EXPECT_THAT(Ints("SELECT n FROM numbers ORDER BY n"),
              ElementsAre(1, 2, 2, 4, 5, 10));
  EXPECT_THAT(Ints("PRAGMA user_version"), ElementsAre(2));
}

TEST_F(MigrationsTest, AFillThatFailsLeavesTheVersionBeforeIt) {
  const Migration failing[] = {{kNumbers}, {kMore, FillAndFail}};
  absl::Status status = Migrate(*db_, failing);
  EXPECT_EQ(status, absl::DataLossError("a record that cannot be read"));
  EXPECT_FALSE(db_->in_transaction());
  EXPECT_THAT(Ints("PRAGMA user_version"), ElementsAre(1));
  EXPECT_THAT(Ints("SELECT n FROM numbers"), ElementsAre(1));
  const Migration mended[] = {{kNumbers}, {kMore, FillDoubles}};
  ASSERT_TRUE(Migrate(*db_, mended).ok());
  EXPECT_THAT(Ints("SELECT n FROM numbers ORDER BY n"),
              ElementsAre(1, 2, 5, 10));
}

}  // namespace
}  // namespace tunesmith::server
