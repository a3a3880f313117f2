#include "server/backup/backup.h"

#include <filesystem>
#include <memory>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/artifact/durable_file.h"
#include "proto/artifact/file_error.h"
#include "proto/artifact/local_artifact_store.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/base/status_macros.h"
#include "server/backup/artifact_copy.h"
#include "server/backup/backup_note.h"
#include "server/data_layout.h"
#include "server/store/connection.h"
#include "server/store/database_copy.h"

namespace tunesmith::server {
namespace {

namespace fs = std::filesystem;

// Each is quick, for it copies only what is new since the one before.
constexpr int kMostSnapshots = 5;

// One backup under way.
class Backup {
 public:
  explicit Backup(const BackupOptions& options)
      : options_(options),
        layout_(LayoutOf(options.data_dir)),
        copy_{.from = layout_.artifacts,
              .to = options.to + "/artifacts",
              .may_link = true} {}

  absl::StatusOr<BackupSummary> Run();

 private:
  absl::Status CheckPlaces();
  absl::Status CopyWhatIsThere();
  absl::Status TakeSnapshot();
  // NOT_FOUND when something that the database names went meanwhile.
  absl::Status CopyWhatItNames();
  absl::Status Finish();
  // Deletes what the new backup does not need.
  absl::Status DropOld();

  const BackupOptions& options_;
  const DataLayout layout_;
  const ArtifactCopyOptions copy_;
  BackupNote note_;
  std::set<std::string> keys_;
  BackupSummary summary_;
};

bool IsEmptyOrMissing(const std::string& path) {
  std::error_code error;
  fs::directory_iterator entry(path, error);
  return error ? !fs::exists(path, error) : entry == fs::directory_iterator();
}

bool Exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error) || error;
}

bool IsInside(const std::string& path, const std::string& directory) {
  std::error_code error;
  const std::string inner = fs::weakly_canonical(path, error).string() + "/";
  const std::string outer =
      fs::weakly_canonical(directory, error).string() + "/";
  return absl::StartsWith(inner, outer);
}

absl::Status Backup::CheckPlaces() {
  TUNESMITH_RETURN_IF_ERROR(CheckDataLayout(layout_));
  TUNESMITH_ASSIGN_OR_RETURN(note_.id, ReadDatabaseId(layout_.database));
  if (IsInside(options_.to, options_.data_dir)) {
    return absl::InvalidArgumentError(
        "--to must not be inside of the data directory");
  }
  absl::StatusOr<BackupNote> earlier = ReadBackupNote(options_.to);
  if (!earlier.ok()) {
    // One that was interrupted before its end has no note yet.
    const bool was_begun =
        absl::IsNotFound(earlier.status()) &&
        (IsEmptyOrMissing(options_.to) || Exists(options_.to + "/.begun"));
    if (was_begun) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat("not empty and not a backup: ", options_.to,
                     " (choose another directory for --to; ",
                     earlier.status().message(), ")"));
  }
  if (earlier->id == note_.id) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      options_.to, " holds a backup of another data directory, id: ",
      earlier->id, " (choose another directory for --to)"));
}

absl::StatusOr<BackupSummary> Backup::Run() {
  TUNESMITH_RETURN_IF_ERROR(CheckPlaces());
  for (const std::string& path :
       {options_.to + "/db", options_.to + "/artifacts"}) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error) return FileError(error.value(), "making directory", path);
  }
  TUNESMITH_RETURN_IF_ERROR(WriteFileDurably(options_.to + "/.begun", ""));
  TUNESMITH_RETURN_IF_ERROR(CopyWhatIsThere());
  absl::Status status;
  while (summary_.snapshots < kMostSnapshots) {
    options_.before_snapshot();
    TUNESMITH_RETURN_IF_ERROR(TakeSnapshot());
    options_.after_snapshot();
    status = CopyWhatItNames();
    if (!absl::IsNotFound(status)) break;
  }
  if (absl::IsNotFound(status)) {
    return absl::DataLossError(absl::StrCat(
        "an artifact that the database names is missing: ", status.message(),
        " (`tunesmith-server check` lists every one; where it finds none, "
        "artifacts went faster than they were copied: try again)"));
  }
  TUNESMITH_RETURN_IF_ERROR(status);
  TUNESMITH_RETURN_IF_ERROR(Finish());
  TUNESMITH_RETURN_IF_ERROR(DropOld());
  return summary_;
}

// The server deletes files after their records. So what a snapshot names can be
// gone when it is looked for, but not what was copied before.
absl::Status Backup::CopyWhatIsThere() {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::unique_ptr<Connection> db,
      Connection::Open(layout_.database, Connection::Mode::kQueryOnly));
  std::vector<internal::v1::Artifact> artifacts;
  TUNESMITH_RETURN_IF_ERROR(
      VisitRecordedArtifacts(*db, [&](const internal::v1::Artifact& artifact) {
        artifacts.push_back(artifact);
        return absl::OkStatus();
      }));
  for (const internal::v1::Artifact& artifact : artifacts) {
    absl::StatusOr<bool> copied = CopyArtifact(copy_, artifact);
    if (absl::IsNotFound(copied.status())) continue;
    TUNESMITH_RETURN_IF_ERROR(copied.status());
    if (*copied) ++summary_.new_artifacts;
  }
  return absl::OkStatus();
}

absl::Status Backup::TakeSnapshot() {
  ++summary_.snapshots;
  const absl::Time now = options_.clock->Now();
  note_.time = absl::FormatTime(absl::RFC3339_sec, now, absl::UTCTimeZone());
  const std::string stem = absl::StrCat(
      "db/", absl::FormatTime("%Y%m%dT%H%M%SZ", now, absl::UTCTimeZone()));
  // Never that of an earlier backup, which is good until this one is.
  int number = 0;
  do {
    note_.database = absl::StrCat(stem, "-", number++, ".sqlite3");
  } while (Exists(absl::StrCat(options_.to, "/", note_.database)));
  return CopyDatabase(layout_.database,
                      absl::StrCat(options_.to, "/", note_.database));
}

absl::Status Backup::CopyWhatItNames() {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::unique_ptr<Connection> db,
      Connection::Open(absl::StrCat(options_.to, "/", note_.database),
                       Connection::Mode::kQueryOnly));
  keys_.clear();
  note_.artifacts = 0;
  note_.artifact_bytes = 0;
  return VisitRecordedArtifacts(
      *db, [&](const internal::v1::Artifact& artifact) -> absl::Status {
        TUNESMITH_ASSIGN_OR_RETURN(bool copied, CopyArtifact(copy_, artifact));
        if (copied) ++summary_.new_artifacts;
        if (!keys_.insert(artifact.key()).second) return absl::OkStatus();
        ++note_.artifacts;
        note_.artifact_bytes += artifact.size_bytes();
        return absl::OkStatus();
      });
}

absl::Status Backup::Finish() {
  TUNESMITH_RETURN_IF_ERROR(SyncDirectory(options_.to + "/db"));
  TUNESMITH_ASSIGN_OR_RETURN(
      FileDigest digest,
      DigestFile(absl::StrCat(options_.to, "/", note_.database)));
  note_.database_sha256 = digest.sha256;
  TUNESMITH_RETURN_IF_ERROR(WriteBackupNote(options_.to, note_));
  summary_.artifacts = note_.artifacts;
  summary_.artifact_bytes = note_.artifact_bytes;
  return absl::OkStatus();
}

absl::Status Backup::DropOld() {
  std::error_code error;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(options_.to + "/db", error)) {
    if ("db/" + entry.path().filename().string() != note_.database) {
      fs::remove(entry.path(), error);
    }
  }
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<LocalArtifactStore> artifacts,
                             LocalArtifactStore::Create(copy_.to));
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> there, artifacts->List());
  for (const std::string& key : there) {
    if (keys_.contains(key)) continue;
    TUNESMITH_RETURN_IF_ERROR(artifacts->Delete(key));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BackupSummary> BackUp(const BackupOptions& options) {
  return Backup(options).Run();
}

}  // namespace tunesmith::server
