#include "server/backup/check.h"

#include <sys/stat.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/artifact/manifest.h"
#include "proto/contract/base/status_macros.h"
#include "server/backup/artifact_copy.h"
#include "server/data_layout.h"
#include "server/store/connection.h"

namespace tunesmith::server {
namespace {

absl::Status CheckSizes(const std::string& directory,
                        const std::string& manifest_sha256) {
  TUNESMITH_ASSIGN_OR_RETURN(Manifest manifest,
                             ReadManifest(directory, manifest_sha256));
  for (const ManifestFile& file : manifest.files) {
    const std::string path = absl::StrCat(directory, "/", file.path);
    struct stat facts;
    if (lstat(path.c_str(), &facts) != 0) {
      return absl::DataLossError("artifact file is missing: " + path);
    }
    if (facts.st_size != file.size_bytes) {
      return absl::DataLossError(
          "artifact file has another size than recorded: " + path);
    }
  }
  return absl::OkStatus();
}

// Asked after something was found missing: a server that runs may have deleted
// it since.
absl::StatusOr<bool> IsStillRecorded(Connection& db, const std::string& key) {
  for (const char* table : {"datasets", "models", "checkpoints"}) {
    Statement statement = db.Prepare(absl::StrCat(
        "SELECT EXISTS (SELECT 1 FROM ", table, " WHERE artifact_key = ?)"));
    TUNESMITH_RETURN_IF_ERROR(statement.Bind(key).Step().status());
    if (statement.Int(0) != 0) return true;
  }
  return false;
}

absl::StatusOr<std::vector<internal::v1::Artifact>> ListRecorded(
    Connection& db) {
  std::vector<internal::v1::Artifact> artifacts;
  TUNESMITH_RETURN_IF_ERROR(
      VisitRecordedArtifacts(db, [&](const internal::v1::Artifact& artifact) {
        artifacts.push_back(artifact);
        return absl::OkStatus();
      }));
  return artifacts;
}

}  // namespace

absl::StatusOr<CheckSummary> CheckDataDirectory(const CheckOptions& options) {
  const DataLayout layout = LayoutOf(options.data_dir);
  TUNESMITH_RETURN_IF_ERROR(CheckDataLayout(layout));
  CheckSummary summary;
  auto report = [&](const absl::Status& status) {
    if (status.ok()) return;
    ++summary.problems;
    options.on_problem(std::string(status.message()));
  };
  report(CheckIntegrity(layout.database));
  report(CheckIds(layout));
  TUNESMITH_ASSIGN_OR_RETURN(
      std::unique_ptr<Connection> db,
      Connection::Open(layout.database, Connection::Mode::kQueryOnly));
  absl::StatusOr<std::vector<internal::v1::Artifact>> artifacts =
      ListRecorded(*db);
  report(artifacts.status());
  if (!artifacts.ok()) return summary;
  for (const internal::v1::Artifact& artifact : *artifacts) {
    const std::string directory =
        absl::StrCat(layout.artifacts, "/", artifact.key());
    absl::Status status =
        options.quick
            ? CheckSizes(directory, artifact.manifest_sha256())
            : VerifyDirectory(directory, artifact.manifest_sha256()).status();
    if (!status.ok()) {
      TUNESMITH_ASSIGN_OR_RETURN(bool recorded,
                                 IsStillRecorded(*db, artifact.key()));
      if (!recorded) continue;
      report(status);
    }
    ++summary.artifacts;
    summary.artifact_bytes += artifact.size_bytes();
  }
  return summary;
}

}  // namespace tunesmith::server
