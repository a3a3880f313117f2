#include "server/store/connection.h"

#include <sqlite3.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::server {
namespace {

constexpr char kReadWriteSettings[] =
    "PRAGMA busy_timeout = 5000;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA temp_store = MEMORY;"
    // The log of one large write does not keep its size for ever.
    "PRAGMA journal_size_limit = 16777216;";
constexpr char kQueryOnlySettings[] =
    "PRAGMA busy_timeout = 5000;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA query_only = ON;";

// Nothing that a damaged or hostile file says about functions, triggers or
// other files is believed, and a typing error is not taken for a text.
void Harden(sqlite3* db) {
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(
    const std::string& path, Mode mode, const std::string& vfs) {
  int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (mode == Mode::kReadWrite) flags |= SQLITE_OPEN_CREATE;
  sqlite3* db = nullptr;
  int code = sqlite3_open_v2(path.c_str(), &db, flags,
                             vfs.empty() ? nullptr : vfs.c_str());
  if (code != SQLITE_OK) {
    absl::Status status = SqliteStatus(db, code, absl::StrCat("open ", path));
    sqlite3_close(db);
    return status;
  }
  std::unique_ptr<Connection> connection(new Connection(db, absl::OkStatus()));
  TUNESMITH_RETURN_IF_ERROR(connection->Configure(mode));
  return connection;
}

std::unique_ptr<Connection> Connection::Unavailable(absl::Status status) {
  return std::unique_ptr<Connection>(
      new Connection(nullptr, std::move(status)));
}

Connection::Connection(sqlite3* db, absl::Status unavailable)
    : db_(db), unavailable_(std::move(unavailable)) {}

Connection::~Connection() {
  for (auto& [sql, cached] : statements_) sqlite3_finalize(cached.statement);
  sqlite3_close(db_);
}

absl::Status Connection::Configure(Mode mode) {
  Harden(db_);
  if (mode == Mode::kQueryOnly) return Execute(kQueryOnlySettings);
  TUNESMITH_RETURN_IF_ERROR(Execute(kReadWriteSettings));
  // Also takes the place of SQLite's own checkpoints, whose errors nobody sees.
  sqlite3_wal_hook(
      db_,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Connection*>(self)->log_pages_ = pages;
        return SQLITE_OK;
      },
      this);
  TUNESMITH_RETURN_IF_ERROR(LetNewOneShrink());
  Statement statement = Prepare("PRAGMA journal_mode = WAL");
  TUNESMITH_RETURN_IF_ERROR(statement.Step().status());
  if (std::string mode_set = statement.Text(0); mode_set != "wal") {
    return absl::FailedPreconditionError(absl::StrCat(
        "the database cannot keep a write-ahead log here, journal mode: ",
        mode_set, " (is the data directory on a local disk?)"));
  }
  return absl::OkStatus();
}

// Possible only before the first table; see Compact.
absl::Status Connection::LetNewOneShrink() {
  Statement statement = Prepare("PRAGMA page_count");
  TUNESMITH_RETURN_IF_ERROR(statement.Step().status());
  if (statement.Int(0) > 0) return absl::OkStatus();
  return Execute("PRAGMA auto_vacuum = INCREMENTAL");
}

Statement Connection::Prepare(std::string_view sql) {
  if (db_ == nullptr) return Statement(nullptr, nullptr, nullptr, unavailable_);
  Cached& cached = statements_[std::string(sql)];
  if (cached.statement != nullptr && !cached.in_use) {
    cached.in_use = true;
    return Statement(db_, cached.statement, &cached.in_use, absl::OkStatus());
  }
  sqlite3_stmt* statement = nullptr;
  // The same text while it runs, as in a recursion: a statement for once.
  bool keep = cached.statement == nullptr;
  int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                keep ? SQLITE_PREPARE_PERSISTENT : 0,
                                &statement, nullptr);
  if (code != SQLITE_OK || statement == nullptr) {
    absl::Status status = code == SQLITE_OK
                              ? absl::InternalError("empty statement")
                              : SqliteStatus(db_, code, sql);
    if (keep) statements_.erase(std::string(sql));
    return Statement(db_, nullptr, nullptr, status);
  }
  if (!keep) return Statement(db_, statement, nullptr, absl::OkStatus());
  cached = {.statement = statement, .in_use = true};
  return Statement(db_, statement, &cached.in_use, absl::OkStatus());
}

absl::Status Connection::Execute(const std::string& sql) {
  if (db_ == nullptr) return unavailable_;
  int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  return SqliteStatus(db_, code, sql);
}

int64_t Connection::inserted() const {
  return db_ == nullptr ? 0 : sqlite3_last_insert_rowid(db_);
}

int64_t Connection::changes() const {
  return db_ == nullptr ? 0 : sqlite3_changes64(db_);
}

bool Connection::in_transaction() const {
  return db_ != nullptr && sqlite3_get_autocommit(db_) == 0;
}

absl::Status Connection::CheckpointIfLong(int pages) {
  if (db_ == nullptr || log_pages_ < pages) return absl::OkStatus();
  int code = sqlite3_wal_checkpoint_v2(db_, "main", SQLITE_CHECKPOINT_PASSIVE,
                                       nullptr, nullptr);
  if (code == SQLITE_BUSY) return absl::OkStatus();
  return SqliteStatus(db_, code, "checkpoint");
}

absl::Status Connection::Compact() {
  if (db_ == nullptr) return unavailable_;
  // What SQLite writes it to is attached for a moment.
  sqlite3_limit(db_, SQLITE_LIMIT_ATTACHED, 1);
  absl::Status status = Execute("PRAGMA auto_vacuum = INCREMENTAL; VACUUM");
  sqlite3_limit(db_, SQLITE_LIMIT_ATTACHED, 0);
  TUNESMITH_RETURN_IF_ERROR(status);
  return Execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace tunesmith::server
