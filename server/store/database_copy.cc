#include "server/store/database_copy.h"

#include <sqlite3.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "server/store/connection.h"

namespace tunesmith::server {
namespace {

constexpr int kPagesPerStep = 1000;

struct Closer {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
};
using Database = std::unique_ptr<sqlite3, Closer>;

absl::StatusOr<Database> Open(const std::string& path, int flags) {
  sqlite3* db = nullptr;
  int code = sqlite3_open_v2(
      path.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      nullptr);
  Database database(db);
  if (code != SQLITE_OK) {
    return SqliteStatus(db, code, absl::StrCat("open ", path));
  }
  sqlite3_busy_timeout(db, 5000);
  return database;
}

absl::Status Execute(sqlite3* db, const char* sql) {
  return SqliteStatus(db, sqlite3_exec(db, sql, nullptr, nullptr, nullptr),
                      sql);
}

absl::Status CopyPages(sqlite3* from, sqlite3* to) {
  sqlite3_backup* copy = sqlite3_backup_init(to, "main", from, "main");
  if (copy == nullptr) {
    return SqliteStatus(to, sqlite3_extended_errcode(to), "begin copy");
  }
  int code = SQLITE_OK;
  while (code == SQLITE_OK) code = sqlite3_backup_step(copy, kPagesPerStep);
  int finished = sqlite3_backup_finish(copy);
  if (code != SQLITE_DONE) return SqliteStatus(to, code, "copy");
  return SqliteStatus(to, finished, "end copy");
}

}  // namespace

absl::Status CopyDatabase(const std::string& from, const std::string& to) {
  TUNESMITH_ASSIGN_OR_RETURN(Database source,
                             Open(from, SQLITE_OPEN_READWRITE));
  TUNESMITH_ASSIGN_OR_RETURN(
      Database target, Open(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  // Held all the while: a write of somebody else would begin the copy anew.
  TUNESMITH_RETURN_IF_ERROR(
      Execute(source.get(), "BEGIN; SELECT COUNT(*) FROM sqlite_schema"));
  TUNESMITH_RETURN_IF_ERROR(CopyPages(source.get(), target.get()));
  return Execute(target.get(), "PRAGMA journal_mode = DELETE");
}

}  // namespace tunesmith::server
