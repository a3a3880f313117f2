// Room that the database does not use any more goes back to the disk.
#include <sqlite3.h>

#include "gtest/gtest.h"
#include "server/store/connection.h"
#include "tests/server/testing/fault_vfs.h"

namespace tunesmith::server {
namespace {

class RoomTest : public ::testing::Test {
 protected:
  std::unique_ptr<Connection> Open() {
    return *Connection::Open("/db", Connection::Mode::kReadWrite, vfs_.name());
  }
  static int64_t Pragma(Connection& db, const std::string& name) {
    Statement statement = db.Prepare("PRAGMA " + name);
    EXPECT_TRUE(statement.Step().value());
    return statement.Int(0);
  }
  // One as earlier versions made it.
  void MakeOldOne() {
    sqlite3* db = nullptr;
    ASSERT_EQ(
        sqlite3_open_v2("/db", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                        vfs_.name().c_str()),
        SQLITE_OK);
    ASSERT_EQ(
        sqlite3_exec(db, "CREATE TABLE old (x)", nullptr, nullptr, nullptr),
        SQLITE_OK);
    sqlite3_close(db);
  }

  FaultVfs vfs_;
};

TEST_F(RoomTest, ANewDatabaseCanShrinkStepByStep) {
  std::unique_ptr<Connection> db = Open();
  ASSERT_TRUE(db->Execute("CREATE TABLE t (x)").ok());
  EXPECT_EQ(Pragma(*db, "auto_vacuum"), 2);
}

TEST_F(RoomTest, AnOldDatabaseCanAfterItWasCompacted) {
  MakeOldOne();
  std::unique_ptr<Connection> db = Open();
  ASSERT_TRUE(db->Execute("INSERT INTO old VALUES (zeroblob(1000000));"
                          "DELETE FROM old; INSERT INTO old VALUES (7)")
                  .ok());
  EXPECT_EQ(Pragma(*db, "auto_vacuum"), 0);
  EXPECT_GT(Pragma(*db, "freelist_count"), 100);
  absl::Status compacted = db->Compact();
  ASSERT_TRUE(compacted.ok()) << compacted;
  EXPECT_EQ(Pragma(*db, "auto_vacuum"), 2);
  EXPECT_EQ(Pragma(*db, "freelist_count"), 0);
  EXPECT_LT(Pragma(*db, "page_count"), 10);
  EXPECT_LT(vfs_.used_bytes(), 200000);
  db = Open();
  Statement kept = db->Prepare("SELECT x FROM old");
  ASSERT_TRUE(kept.Step().value());
  EXPECT_EQ(kept.Int(0), 7);
  // Other files stay out of reach.
  EXPECT_FALSE(db->Execute("ATTACH '/other' AS other").ok());
}

TEST_F(RoomTest, TheLogOfOneLargeWriteIsCutAfterIt) {
  std::unique_ptr<Connection> db = Open();
  ASSERT_TRUE(db->Execute("CREATE TABLE t (x)").ok());
  for (int i = 0; i < 40; ++i) {
    // Few pages in the database, many in the log.
    ASSERT_TRUE(db->Execute("REPLACE INTO t (rowid, x) "
                            "VALUES (1, randomblob(1000000))")
                    .ok());
  }
  EXPECT_GT(vfs_.used_bytes(), 40'000'000);
  ASSERT_TRUE(db->CheckpointIfLong(1).ok());
  ASSERT_TRUE(db->Execute("INSERT INTO t VALUES (1)").ok());
  EXPECT_LT(vfs_.used_bytes(), 20'000'000);
}

}  // namespace
}  // namespace tunesmith::server
