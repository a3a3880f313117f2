#ifndef TUNESMITH_SERVER_BACKUP_ARTIFACT_COPY_H_
#define TUNESMITH_SERVER_BACKUP_ARTIFACT_COPY_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/store/connection.h"
#include "tunesmith/internal/v1/work.pb.h"

namespace tunesmith::server {

// Calls `visit` with every artifact that a record refers to, once, until it
// fails.
absl::Status VisitRecordedArtifacts(
    Connection& db,
    absl::FunctionRef<absl::Status(const internal::v1::Artifact&)> visit);

struct ArtifactCopyOptions {
  // The directories that hold artifacts by key.
  std::string from;
  std::string to;
  // Whether files on the same disk may be shared: an artifact never changes.
  bool may_link = false;
};

// Makes sure that `to` has the artifact; false when it had it already, by size.
// NOT_FOUND when `from` has not, or not any more. DATA_LOSS (DIGEST_MISMATCH)
// when it is another one, or files that were copied had other bytes.
absl::StatusOr<bool> CopyArtifact(const ArtifactCopyOptions& options,
                                  const internal::v1::Artifact& artifact);

// Copies a file durably; DATA_LOSS (DIGEST_MISMATCH) when its bytes are not
// those of `sha256`.
absl::Status CopyFileDurably(const std::string& from, const std::string& to,
                             const std::string& sha256);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_BACKUP_ARTIFACT_COPY_H_
