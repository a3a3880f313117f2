#include "worker/trainer/work_context.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/artifact/manifest.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::worker {
namespace {

absl::StatusOr<std::string> StagedDirectory(
    const internal::v1::TrainerAssignment& assignment, const std::string& key) {
  for (const auto& artifact : assignment.artifacts()) {
    if (artifact.key() == key) return artifact.directory();
  }
  return absl::FailedPreconditionError(
      absl::StrCat("artifact was not staged: ", key));
}

absl::StatusOr<Manifest> Verify(const internal::v1::Artifact& artifact,
                                const std::string& directory) {
  absl::StatusOr<Manifest> manifest =
      VerifyDirectory(directory, artifact.manifest_sha256());
  if (manifest.ok()) return manifest;
  return WithContext(manifest.status(),
                     absl::StrCat("artifact ", artifact.key()));
}

}  // namespace

absl::StatusOr<std::string> VerifiedArtifact(
    const internal::v1::TrainerAssignment& assignment,
    const internal::v1::Artifact& artifact) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string directory,
                             StagedDirectory(assignment, artifact.key()));
  TUNESMITH_RETURN_IF_ERROR(Verify(artifact, directory).status());
  return directory;
}

absl::StatusOr<std::string> VerifiedDataset(
    const internal::v1::TrainerAssignment& assignment,
    const internal::v1::DatasetInput& dataset) {
  const internal::v1::Artifact& artifact = dataset.artifact();
  TUNESMITH_ASSIGN_OR_RETURN(std::string directory,
                             StagedDirectory(assignment, artifact.key()));
  TUNESMITH_ASSIGN_OR_RETURN(Manifest manifest, Verify(artifact, directory));
  // Only files of the manifest were checked, and none lies outside.
  for (const ManifestFile& file : manifest.files) {
    if (file.path == dataset.file_name()) {
      return absl::StrCat(directory, "/", file.path);
    }
  }
  return ReasonedError(
      absl::StatusCode::kDataLoss, "DIGEST_MISMATCH",
      absl::StrCat("artifact ", artifact.key(), " does not hold the file ",
                   dataset.file_name()));
}

}  // namespace tunesmith::worker
