#include "server/data_layout.h"

#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "proto/artifact/durable_file.h"
#include "proto/contract/base/status_macros.h"
#include "server/store/connection.h"
#include "server/store/migrations.h"

namespace tunesmith::server {
namespace {

constexpr int64_t kMaxTextBytes = 64;

absl::StatusOr<std::unique_ptr<Connection>> OpenToRead(
    const std::string& database) {
  return Connection::Open(database, Connection::Mode::kQueryOnly);
}

absl::StatusOr<std::string> ReadLine(const std::string& path) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string text, ReadFile(path, kMaxTextBytes));
  absl::StripAsciiWhitespace(&text);
  return text;
}

}  // namespace

DataLayout LayoutOf(const std::string& root) {
  return {.root = root,
          .version = root + "/VERSION",
          .id = root + "/ID",
          .database = root + "/db/tunesmith.sqlite3",
          .artifacts = root + "/artifacts"};
}

absl::Status CheckDataLayout(const DataLayout& layout) {
  absl::StatusOr<std::string> version = ReadLine(layout.version);
  if (!version.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("not a data directory of Tunesmith: ", layout.root, " (",
                     version.status().message(), ")"));
  }
  if (*version != absl::StrCat(kDataVersion)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "data directory is of another version of Tunesmith, format: ", *version,
        ", this one's: ", kDataVersion));
  }
  std::error_code error;
  if (std::filesystem::exists(layout.database, error)) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the database of the data directory is missing: ", layout.database));
}

absl::Status CheckIds(const DataLayout& layout) {
  absl::StatusOr<std::string> known = ReadLine(layout.id);
  // A server notes it at its next start.
  if (absl::IsNotFound(known.status())) return absl::OkStatus();
  TUNESMITH_RETURN_IF_ERROR(known.status());
  TUNESMITH_ASSIGN_OR_RETURN(std::string own, ReadDatabaseId(layout.database));
  if (*known == own) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("the database is of another data directory, id: ", own,
                   ", not ", *known, " as ", layout.id, " says"));
}

absl::Status SealDataLayout(const DataLayout& layout, const std::string& id) {
  TUNESMITH_RETURN_IF_ERROR(WriteFileDurably(layout.id, id + "\n"));
  return WriteFileDurably(layout.version, absl::StrCat(kDataVersion, "\n"));
}

absl::StatusOr<std::string> ReadDatabaseId(const std::string& database) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<Connection> db,
                             OpenToRead(database));
  const int64_t newest = static_cast<int64_t>(Migrations().size());
  {
    Statement version = db->Prepare("PRAGMA user_version");
    TUNESMITH_RETURN_IF_ERROR(version.Step().status());
    if (version.Int(0) != newest) {
      return absl::FailedPreconditionError(absl::StrCat(
          "the database is of schema ", version.Int(0),
          ", this program's: ", newest,
          " (use the tunesmith-server that it belongs to, or start "
          "this one on it once)"));
    }
  }
  Statement id = db->Prepare("SELECT id FROM data_directory");
  TUNESMITH_ASSIGN_OR_RETURN(bool found, id.Step());
  if (!found) return absl::DataLossError("the database has lost its id");
  return id.Text(0);
}

absl::Status CheckIntegrity(const std::string& database) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<Connection> db,
                             OpenToRead(database));
  {
    Statement check = db->Prepare("PRAGMA integrity_check(1)");
    TUNESMITH_ASSIGN_OR_RETURN(bool found, check.Step());
    if (!found || check.Text(0) != "ok") {
      return absl::DataLossError(
          absl::StrCat("the database is damaged: ", check.Text(0)));
    }
  }
  Statement references = db->Prepare("PRAGMA foreign_key_check");
  TUNESMITH_ASSIGN_OR_RETURN(bool found, references.Step());
  if (!found) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("the database has rows without what they belong to, table: ",
                   references.Text(0)));
}

}  // namespace tunesmith::server
