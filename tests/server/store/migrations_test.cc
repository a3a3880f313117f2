#include "server/store/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/store/connection.h"
#include "tests/server/testing/fault_vfs.h"

namespace tunesmith::server {
namespace {

using ::testing::ElementsAre;

class MigrationsTest : public ::testing::Test {
 protected:
  // Brings an empty database to `version`.
  void Create(size_t version) {
    for (size_t i = 0; i < version; ++i) {
      ASSERT_TRUE(db_->Execute(Migrations()[i]).ok());
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
  EXPECT_THAT(Ints("SELECT device_memory_bytes FROM work_items"),
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

TEST_F(MigrationsTest, ASecondRunChangesNothing) {
  ASSERT_TRUE(Migrate(*db_).ok());
  ASSERT_TRUE(Migrate(*db_).ok());
  EXPECT_THAT(Ints("PRAGMA user_version"),
              ElementsAre(static_cast<int64_t>(Migrations().size())));
}

}  // namespace
}  // namespace tunesmith::server
