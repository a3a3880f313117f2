#include "server/store/connection.h"

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "proto/contract/base/reason.h"
#include "tests/server/testing/fault_vfs.h"

namespace tunesmith::server {
namespace {

using ::testing::HasSubstr;

class ConnectionTest : public testing::Test {
 protected:
  std::unique_ptr<Connection> Open(Connection::Mode mode) {
    auto connection = Connection::Open("/db", mode, vfs_.name());
    EXPECT_TRUE(connection.ok()) << connection.status();
    return *std::move(connection);
  }

  FaultVfs vfs_;
  std::unique_ptr<Connection> db_ = Open(Connection::Mode::kReadWrite);
};

TEST_F(ConnectionTest, BindsAndReadsEveryKind) {
  ASSERT_TRUE(db_->Execute("CREATE TABLE t (a, b, c, d, e, f)").ok());
  std::string blob("\0x\xff", 3);
  absl::Time time = absl::FromUnixMicros(1'234'567'890'123);
  ASSERT_TRUE(db_->Prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)")
                  .Bind(std::numeric_limits<int64_t>::min())
                  .Bind(0.5)
                  .Bind(std::string_view())
                  .BindBlob(blob)
                  .Bind(time)
                  .BindNull()
                  .Run()
                  .ok());
  EXPECT_EQ(db_->changes(), 1);
  Statement row = db_->Prepare("SELECT * FROM t");
  ASSERT_TRUE(*row.Step());
  EXPECT_EQ(row.Int(0), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(row.Double(1), 0.5);
  EXPECT_FALSE(row.IsNull(2));
  EXPECT_EQ(row.Text(2), "");
  EXPECT_EQ(row.Text(3), blob);
  EXPECT_EQ(row.Time(4), time);
  EXPECT_TRUE(row.IsNull(5));
  EXPECT_FALSE(*row.Step());
  EXPECT_FALSE(*row.Step());
}

TEST_F(ConnectionTest, NanIsNull) {
  Statement row = db_->Prepare("SELECT ?");
  row.Bind(std::nan(""));
  ASSERT_TRUE(*row.Step());
  EXPECT_TRUE(row.IsNull(0));
}

TEST_F(ConnectionTest, ErrorNamesTheStatement) {
  absl::Status status = db_->Prepare("SELECT * FROM nowhere").Run();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("SELECT * FROM nowhere"));
}

TEST_F(ConnectionTest, DoubleQuotedTextIsAnError) {
  EXPECT_FALSE(db_->Prepare("SELECT \"no such column\"").Run().ok());
}

TEST_F(ConnectionTest, MissingAndSurplusParametersAreErrors) {
  EXPECT_FALSE(db_->Prepare("SELECT ?, ?").Bind(1).Step().ok());
  EXPECT_FALSE(db_->Prepare("SELECT ?").Bind(1).Bind(2).Step().ok());
}

TEST_F(ConnectionTest, RunOfAStatementWithRowsIsAnError) {
  EXPECT_FALSE(db_->Prepare("SELECT 1").Run().ok());
}

TEST_F(ConnectionTest, SameTextCanRunTwiceAtOnce) {
  constexpr char kSql[] = "SELECT 1 UNION ALL SELECT 2";
  Statement outer = db_->Prepare(kSql);
  ASSERT_TRUE(*outer.Step());
  {
    Statement inner = db_->Prepare(kSql);
    ASSERT_TRUE(*inner.Step());
    EXPECT_EQ(inner.Int(0), 1);
  }
  ASSERT_TRUE(*outer.Step());
  EXPECT_EQ(outer.Int(0), 2);
}

TEST_F(ConnectionTest, TakenKeyIsAlreadyExistsAndOtherConstraintsInternal) {
  ASSERT_TRUE(
      db_->Execute("CREATE TABLE t (a INTEGER PRIMARY KEY CHECK (a < 9))")
          .ok());
  ASSERT_TRUE(db_->Prepare("INSERT INTO t VALUES (?)").Bind(1).Run().ok());
  EXPECT_EQ(db_->Prepare("INSERT INTO t VALUES (?)").Bind(1).Run().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(db_->Prepare("INSERT INTO t VALUES (?)").Bind(9).Run().code(),
            absl::StatusCode::kInternal);
}

TEST_F(ConnectionTest, ReaderCannotWrite) {
  ASSERT_TRUE(db_->Execute("CREATE TABLE t (a)").ok());
  auto reader = Open(Connection::Mode::kQueryOnly);
  EXPECT_FALSE(reader->Execute("INSERT INTO t VALUES (1)").ok());
}

TEST_F(ConnectionTest, ReaderOfNoDatabaseIsAnError) {
  EXPECT_FALSE(
      Connection::Open("/none", Connection::Mode::kQueryOnly, vfs_.name())
          .ok());
}

TEST_F(ConnectionTest, FileThatIsNoDatabaseIsDataLoss) {
  vfs_.Open("/text", true)->Write(0, std::string(4096, 'x'));
  EXPECT_EQ(Connection::Open("/text", Connection::Mode::kReadWrite, vfs_.name())
                .status()
                .code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(ConnectionTest, SecondWriterIsUnavailable) {
  auto other = Open(Connection::Mode::kReadWrite);
  ASSERT_TRUE(db_->Execute("BEGIN IMMEDIATE").ok());
  absl::Status status = other->Execute("BEGIN IMMEDIATE");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), "STORE_UNAVAILABLE");
}

TEST_F(ConnectionTest, UnavailableConnectionAnswersWithItsStatus) {
  auto broken = Connection::Unavailable(absl::UnavailableError("no files"));
  EXPECT_EQ(broken->Prepare("SELECT ?").Bind(1).Bind("x").Run().message(),
            "no files");
  EXPECT_EQ(broken->Execute("SELECT 1").message(), "no files");
  EXPECT_FALSE(broken->in_transaction());
}

}  // namespace
}  // namespace tunesmith::server
