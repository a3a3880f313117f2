#include "server/api/artifact_draft.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {

absl::StatusOr<std::unique_ptr<ArtifactDraft>> ArtifactDraft::Begin(
    ArtifactStore* artifacts, OpenDrafts* drafts, const std::string& uid) {
  // Its end removes the key, and what a failure has left under it.
  std::unique_ptr<ArtifactDraft> draft(
      new ArtifactDraft(artifacts, drafts, absl::StrCat(uid, "/0")));
  TUNESMITH_ASSIGN_OR_RETURN(draft->directory_, artifacts->Begin(draft->key_));
  return draft;
}

ArtifactDraft::ArtifactDraft(ArtifactStore* artifacts, OpenDrafts* drafts,
                             std::string key)
    : artifacts_(artifacts), drafts_(drafts), key_(std::move(key)) {
  drafts_->Add(key_);
}

ArtifactDraft::~ArtifactDraft() {
  if (!keep_) {
    if (absl::Status status = artifacts_->Delete(key_); !status.ok()) {
      // A sweep removes it.
      spdlog::warn("unfinished artifact not deleted key={} error=\"{}\"", key_,
                   status.ToString());
    }
  }
  drafts_->Remove(key_);
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
