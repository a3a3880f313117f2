#include <sqlite3.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "server/store/connection.h"

namespace tunesmith::server {

Statement::Statement(sqlite3* db, sqlite3_stmt* statement, bool* in_use,
                     absl::Status status)
    : db_(db),
      statement_(statement),
      in_use_(in_use),
      status_(std::move(status)) {}

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_),
      statement_(std::exchange(other.statement_, nullptr)),
      in_use_(std::exchange(other.in_use_, nullptr)),
      status_(std::move(other.status_)),
      next_parameter_(other.next_parameter_),
      finished_(other.finished_) {}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  if (in_use_ == nullptr) {
    sqlite3_finalize(statement_);
    return;
  }
  sqlite3_reset(statement_);
  // Lets go of bound texts, which can be large.
  sqlite3_clear_bindings(statement_);
  *in_use_ = false;
}

void Statement::CheckBind(int code) {
  ++next_parameter_;
  if (code != SQLITE_OK && status_.ok()) {
    status_ = SqliteStatus(db_, code, sqlite3_sql(statement_));
  }
}

Statement& Statement::Bind(int64_t value) {
  if (status_.ok()) {
    CheckBind(sqlite3_bind_int64(statement_, next_parameter_, value));
  }
  return *this;
}

Statement& Statement::Bind(double value) {
  if (status_.ok()) {
    CheckBind(sqlite3_bind_double(statement_, next_parameter_, value));
  }
  return *this;
}

Statement& Statement::Bind(std::string_view text) {
  if (status_.ok()) {
    // A null pointer would bind NULL.
    CheckBind(sqlite3_bind_text64(statement_, next_parameter_,
                                  text.data() == nullptr ? "" : text.data(),
                                  text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  }
  return *this;
}

Statement& Statement::Bind(absl::Time time) {
  return Bind(static_cast<int64_t>(absl::ToUnixMicros(time)));
}

Statement& Statement::BindBlob(std::string_view bytes) {
  if (status_.ok()) {
    CheckBind(sqlite3_bind_blob64(statement_, next_parameter_,
                                  bytes.data() == nullptr ? "" : bytes.data(),
                                  bytes.size(), SQLITE_TRANSIENT));
  }
  return *this;
}

Statement& Statement::BindNull() {
  if (status_.ok()) {
    CheckBind(sqlite3_bind_null(statement_, next_parameter_));
  }
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  if (!status_.ok()) return status_;
  if (finished_) return false;
  if (int expected = sqlite3_bind_parameter_count(statement_);
      next_parameter_ - 1 != expected) {
    return absl::InternalError(absl::StrCat("bound ", next_parameter_ - 1,
                                            " parameters of ", expected,
                                            ", in: ", sqlite3_sql(statement_)));
  }
  int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  finished_ = true;
  if (code != SQLITE_DONE) {
    status_ = SqliteStatus(db_, code, sqlite3_sql(statement_));
  }
  // At once, so that nothing is held open while the object lives on.
  sqlite3_reset(statement_);
  if (!status_.ok()) return status_;
  return false;
}

absl::Status Statement::Run() {
  absl::StatusOr<bool> row = Step();
  if (row.ok() && *row) {
    return absl::InternalError(absl::StrCat(
        "a statement run for no rows gave one, in: ", sqlite3_sql(statement_)));
  }
  return row.status();
}

absl::StatusOr<std::vector<std::string>> Statement::Texts() {
  std::vector<std::string> texts;
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, Step());
    if (!found) return texts;
    texts.push_back(Text(0));
  }
}

int64_t Statement::Int(int column) const {
  return sqlite3_column_int64(statement_, column);
}

double Statement::Double(int column) const {
  return sqlite3_column_double(statement_, column);
}

std::string Statement::Text(int column) const {
  // In this order: the size is that of the last form asked for.
  const void* bytes = sqlite3_column_blob(statement_, column);
  int size = sqlite3_column_bytes(statement_, column);
  if (bytes == nullptr) return "";
  return std::string(static_cast<const char*>(bytes), size);
}

absl::Time Statement::Time(int column) const {
  return absl::FromUnixMicros(Int(column));
}

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

}  // namespace tunesmith::server
