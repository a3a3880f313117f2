#ifndef TUNESMITH_SERVER_API_ARTIFACT_DRAFT_H_
#define TUNESMITH_SERVER_API_ARTIFACT_DRAFT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "proto/artifact/artifact_store.h"
#include "server/upkeep/open_drafts.h"
#include "tunesmith/internal/v1/work.pb.h"

namespace tunesmith::server {

// An artifact in the making; its bytes are deleted with it unless Keep was
// called. Not thread-safe; every method but Keep does I/O.
class ArtifactDraft {
 public:
  // Under the key `{uid}/0`. Neither is owned; `drafts` has the key for as long
  // as the draft lives.
  static absl::StatusOr<std::unique_ptr<ArtifactDraft>> Begin(
      ArtifactStore* artifacts, OpenDrafts* drafts, const std::string& uid);
  ~ArtifactDraft();
  ArtifactDraft(const ArtifactDraft&) = delete;
  ArtifactDraft& operator=(const ArtifactDraft&) = delete;

  // Where its files go.
  const std::string& directory() const { return directory_; }

  // Seals it; `size_bytes` is that of its files.
  absl::StatusOr<internal::v1::Artifact> Seal(int64_t size_bytes);

  // A record on disk refers to it now.
  void Keep() { keep_ = true; }

 private:
  ArtifactDraft(ArtifactStore* artifacts, OpenDrafts* drafts, std::string key);

  ArtifactStore* const artifacts_;
  OpenDrafts* const drafts_;
  const std::string key_;
  std::string directory_;
  bool keep_ = false;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_ARTIFACT_DRAFT_H_
