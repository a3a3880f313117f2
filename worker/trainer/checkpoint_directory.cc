#include "worker/trainer/checkpoint_directory.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/artifact/durable_file.h"
#include "proto/artifact/manifest.h"
#include "proto/contract/base/status_macros.h"
#include "worker/training/checkpoint_digest.h"

namespace tunesmith::worker {
namespace {

namespace fs = std::filesystem;

// The directory goes when its last checkpoint is deleted, which can happen
// between two looks at it.
constexpr int kTries = 3;

}  // namespace

CheckpointDirectory::CheckpointDirectory(std::string path, std::string group)
    : path_(std::move(path)), group_(std::move(group)) {}

std::string CheckpointDirectory::PathOf(int64_t step) const {
  return absl::StrCat(path_, "/", step);
}

absl::StatusOr<std::string> CheckpointDirectory::Begin(int64_t step) {
  std::string directory = PathOf(step);
  std::error_code error;
  fs::remove_all(directory, error);
  for (int i = 0; i < kTries; ++i) {
    fs::create_directories(directory, error);
    if (!error) return directory;
  }
  return absl::InternalError(
      absl::StrCat("making ", directory, ": ", error.message()));
}

absl::Status CheckpointDirectory::Seal(int64_t step) {
  std::string directory = PathOf(step);
  TUNESMITH_ASSIGN_OR_RETURN(SealedDirectory sealed, SealDirectory(directory));
  TUNESMITH_RETURN_IF_ERROR(SyncDirectory(path_));
  TUNESMITH_RETURN_IF_ERROR(
      SyncDirectory(fs::path(path_).parent_path().string()));
  internal::v1::CheckpointReport report;
  report.set_step(step);
  report.set_digest(DigestOfTensors(sealed.manifest));
  internal::v1::Artifact& artifact = *report.mutable_artifact();
  artifact.set_store("local");
  artifact.set_key(absl::StrCat(group_, "/", step));
  artifact.set_manifest_sha256(sealed.manifest_sha256);
  artifact.set_size_bytes(sealed.manifest.TotalBytes());
  MutexLock lock(&mutex_);
  sealed_[step] = std::move(report);
  return absl::OkStatus();
}

internal::v1::CheckpointReport CheckpointDirectory::ReportOf(
    int64_t step) const {
  MutexLock lock(&mutex_);
  return sealed_.at(step);
}

}  // namespace tunesmith::worker
