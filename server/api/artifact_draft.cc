#include "server/api/artifact_draft.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {

absl::StatusOr<std::unique_ptr<ArtifactDraft>> ArtifactDraft::Begin(
    ArtifactStore* artifacts, const std::string& uid) {
  std::string key = absl::StrCat(uid, "/0");
  TUNESMITH_ASSIGN_OR_RETURN(std::string directory, artifacts->Begin(key));
  return std::unique_ptr<ArtifactDraft>(
      new ArtifactDraft(artifacts, std::move(key), std::move(directory)));
}

ArtifactDraft::ArtifactDraft(ArtifactStore* artifacts, std::string key,
                             std::string directory)
    : artifacts_(artifacts),
      key_(std::move(key)),
      directory_(std::move(directory)) {}

ArtifactDraft::~ArtifactDraft() {
  if (keep_) return;
  if (absl::Status status = artifacts_->Delete(key_); !status.ok()) {
    // The sweep at the next start removes it.
    spdlog::warn("unfinished artifact not deleted key={} error=\"{}\"", key_,
                 status.ToString());
  }
}

absl::StatusOr<internal::v1::Artifact> ArtifactDraft::Seal(int64_t size_bytes) {
  internal::v1::Artifact artifact;
  TUNESMITH_ASSIGN_OR_RETURN(*artifact.mutable_manifest_sha256(),
                             artifacts_->Commit(key_));
  artifact.set_store("local");
  artifact.set_key(key_);
  artifact.set_size_bytes(size_bytes);
  return artifact;
}

}  // namespace tunesmith::server
