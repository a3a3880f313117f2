#ifndef TUNESMITH_SERVER_STORE_CONNECTION_H_
#define TUNESMITH_SERVER_STORE_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tunesmith::server {

// One run of a prepared statement; resets it at the end. Columns count from 0.
// Bind calls return *this, so that they chain:
//
//   TUNESMITH_ASSIGN_OR_RETURN(
//       bool found, db.Prepare("SELECT state FROM jobs WHERE uid = ?")
//                       .Bind(uid).Step());
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Binds the next parameter. Times are stored as microseconds since the
  // epoch.
  Statement& Bind(int64_t value);
  Statement& Bind(int value) { return Bind(static_cast<int64_t>(value)); }
  // NaN is stored as NULL: SQLite has none.
  Statement& Bind(double value);
  Statement& Bind(std::string_view text);
  Statement& Bind(absl::Time time);
  Statement& BindBlob(std::string_view bytes);
  Statement& BindNull();

  // Goes to the next row; false when there is none. INTERNAL when a parameter
  // is not bound.
  absl::StatusOr<bool> Step();
  // Runs a statement that gives no row.
  absl::Status Run();
  // The first column of every row, as texts.
  absl::StatusOr<std::vector<std::string>> Texts();

  int64_t Int(int column) const;
  double Double(int column) const;
  // Text or blob.
  std::string Text(int column) const;
  absl::Time Time(int column) const;
  bool IsNull(int column) const;

 private:
  friend class Connection;
  // `in_use`: the mark of the cache, cleared at the end; null when the
  // statement is not cached and ends with this object.
  Statement(sqlite3* db, sqlite3_stmt* statement, bool* in_use,
            absl::Status status);
  void CheckBind(int code);

  sqlite3* db_;
  sqlite3_stmt* statement_;
  bool* in_use_;
  // First error of preparing or binding; Step reports it.
  absl::Status status_;
  int next_parameter_ = 1;
  bool finished_ = false;
};

// One SQLite connection with a cache of prepared statements. Not thread-safe.
// A Statement must not outlive it.
class Connection {
 public:
  enum class Mode { kReadWrite, kQueryOnly };

  // `vfs`: name of a registered SQLite VFS; empty: the default.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(
      const std::string& path, Mode mode, const std::string& vfs = "");
  // One that answers every statement with `status`.
  static std::unique_ptr<Connection> Unavailable(absl::Status status);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // An error in `sql` shows at Step.
  Statement Prepare(std::string_view sql);

  // Runs statements without parameters and rows.
  absl::Status Execute(const std::string& sql);

  // Rows that the last statement changed.
  int64_t changes() const;
  // The number of the row that the last INSERT made.
  int64_t inserted() const;

  // False after SQLite undid a transaction by itself, as it does after some
  // errors.
  bool in_transaction() const;

  // Moves the log into the database file once it has `pages` pages; does
  // nothing while readers hold it back.
  absl::Status CheckpointIfLong(int pages);

  // Writes the whole database anew, without free pages and such that free ones
  // can be given back from then on. Nobody else has it open.
  absl::Status Compact();

 private:
  struct Cached {
    sqlite3_stmt* statement = nullptr;
    bool in_use = false;
  };

  Connection(sqlite3* db, absl::Status unavailable);
  absl::Status Configure(Mode mode);
  absl::Status LetNewOneShrink();

  sqlite3* const db_;
  const absl::Status unavailable_;
  // Pages in the log after the last commit.
  int log_pages_ = 0;
  std::unordered_map<std::string, Cached> statements_;
};

// An SQLite result code as a Status: full disk is RESOURCE_EXHAUSTED
// (DISK_FULL), a taken unique key ALREADY_EXISTS, busy UNAVAILABLE
// (STORE_UNAVAILABLE), corruption DATA_LOSS, the rest INTERNAL.
absl::Status SqliteStatus(sqlite3* db, int code, std::string_view doing);

// Whether the disk refused a sync: what was written may or may not be there
// after a restart.
bool IsSyncFailure(const absl::Status& status);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_STORE_CONNECTION_H_
