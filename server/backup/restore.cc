#include "server/backup/restore.h"

#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "proto/artifact/durable_file.h"
#include "proto/artifact/file_error.h"
#include "proto/artifact/manifest.h"
#include "proto/contract/base/status_macros.h"
#include "server/backup/artifact_copy.h"
#include "server/backup/backup_note.h"
#include "server/data_layout.h"
#include "server/store/connection.h"

namespace tunesmith::server {
namespace {

namespace fs = std::filesystem;

absl::Status CheckIsEmpty(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return absl::OkStatus();
  if (fs::is_directory(path, error) && fs::is_empty(path, error)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat("not an empty directory: ", path,
                   " (restore into a new one; nothing was changed)"));
}

absl::Status MakeDirectories(const DataLayout& layout) {
  for (const std::string& path :
       {layout.artifacts,
        layout.database.substr(0, layout.database.rfind('/'))}) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error) return FileError(error.value(), "making directory", path);
  }
  return absl::OkStatus();
}

absl::Status CheckDatabase(const std::string& path, const std::string& id) {
  TUNESMITH_RETURN_IF_ERROR(CheckIntegrity(path));
  TUNESMITH_ASSIGN_OR_RETURN(std::string own, ReadDatabaseId(path));
  if (own == id) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "the database of the backup is of another data directory, id: ", own));
}

// Copies and then reads every artifact where it will be used.
absl::Status CopyArtifacts(const std::string& from, const DataLayout& layout,
                           RestoreSummary& summary) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::unique_ptr<Connection> db,
      Connection::Open(layout.database, Connection::Mode::kQueryOnly));
  const ArtifactCopyOptions copy = {.from = from + "/artifacts",
                                    .to = layout.artifacts};
  return VisitRecordedArtifacts(
      *db, [&](const internal::v1::Artifact& artifact) -> absl::Status {
        absl::StatusOr<bool> copied = CopyArtifact(copy, artifact);
        if (absl::IsNotFound(copied.status())) {
          return absl::DataLossError(absl::StrCat(
              "the backup lacks an artifact: ", copied.status().message()));
        }
        TUNESMITH_RETURN_IF_ERROR(copied.status());
        TUNESMITH_RETURN_IF_ERROR(
            VerifyDirectory(absl::StrCat(layout.artifacts, "/", artifact.key()),
                            artifact.manifest_sha256())
                .status());
        if (!*copied) return absl::OkStatus();
        ++summary.artifacts;
        summary.artifact_bytes += artifact.size_bytes();
        return absl::OkStatus();
      });
}

// Fences that were given after the backup was made would be given again, to
// another attempt, and so would the keys of artifacts.
absl::Status SkipFences(const std::string& path) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::unique_ptr<Connection> db,
      Connection::Open(path, Connection::Mode::kReadWrite));
  TUNESMITH_RETURN_IF_ERROR(
      db->Execute("UPDATE work_items SET fence = fence + 1000000"));
  return db->Execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace

absl::StatusOr<RestoreSummary> Restore(const RestoreOptions& options) {
  absl::StatusOr<BackupNote> note = ReadBackupNote(options.from);
  if (absl::IsNotFound(note.status())) {
    return absl::FailedPreconditionError(
        absl::StrCat("no backup, or one that has not ended: ", options.from,
                     " (`tunesmith-server backup` makes one; ",
                     note.status().message(), ")"));
  }
  TUNESMITH_RETURN_IF_ERROR(note.status());
  TUNESMITH_RETURN_IF_ERROR(CheckIsEmpty(options.to));
  const DataLayout layout = LayoutOf(options.to);
  TUNESMITH_RETURN_IF_ERROR(MakeDirectories(layout));
  RestoreSummary summary;
  summary.time = note->time;
  TUNESMITH_RETURN_IF_ERROR(
      CopyFileDurably(absl::StrCat(options.from, "/", note->database),
                      layout.database, note->database_sha256));
  TUNESMITH_RETURN_IF_ERROR(CheckDatabase(layout.database, note->id));
  TUNESMITH_RETURN_IF_ERROR(CopyArtifacts(options.from, layout, summary));
  TUNESMITH_RETURN_IF_ERROR(SkipFences(layout.database));
  TUNESMITH_RETURN_IF_ERROR(SyncDirectory(layout.artifacts));
  // Without it, no server starts there.
  TUNESMITH_RETURN_IF_ERROR(SealDataLayout(layout, note->id));
  return summary;
}

}  // namespace tunesmith::server
