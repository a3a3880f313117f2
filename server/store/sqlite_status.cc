#include <sqlite3.h>

#include <cerrno>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "server/store/connection.h"

namespace tunesmith::server {
namespace {

constexpr char kSyncFailure[] = "tunesmith/sync-failure";
constexpr size_t kMaxShownSql = 100;

// One line of at most 100 bytes.
std::string Shorten(std::string_view sql) {
  std::string result;
  for (char c : sql) {
    if (c == '\n' || c == '\t' || c == ' ') {
      if (!result.empty() && result.back() != ' ') result.push_back(' ');
    } else {
      result.push_back(c);
    }
    if (result.size() >= kMaxShownSql) return result + "...";
  }
  return result;
}

bool IsSyncCode(int code) {
  return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
}

bool IsFullDisk(sqlite3* db, int code) {
  if ((code & 0xff) == SQLITE_FULL) return true;
  if ((code & 0xff) != SQLITE_IOERR || db == nullptr) return false;
  int cause = sqlite3_system_errno(db);
  return cause == ENOSPC || cause == EDQUOT;
}

}  // namespace

absl::Status SqliteStatus(sqlite3* db, int code, std::string_view doing) {
  if (code == SQLITE_OK) return absl::OkStatus();
  std::string message = absl::StrCat(
      "database: ", db == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db),
      " (SQLite code ", code, "), in: ", Shorten(doing));
  if (IsSyncCode(code)) {
    absl::Status status = absl::InternalError(message);
    status.SetPayload(kSyncFailure, absl::Cord());
    return status;
  }
  if (IsFullDisk(db, code)) {
    return ReasonedError(absl::StatusCode::kResourceExhausted, "DISK_FULL",
                         absl::StrCat("the disk that holds the database is "
                                      "full; free some space; ",
                                      message));
  }
  if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_ROWID ||
      code == SQLITE_CONSTRAINT_PRIMARYKEY) {
    return absl::AlreadyExistsError(message);
  }
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ReasonedError(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE",
                           message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(message);
    default:
      return absl::InternalError(message);
  }
}

bool IsSyncFailure(const absl::Status& status) {
  return status.GetPayload(kSyncFailure).has_value();
}

}  // namespace tunesmith::server
