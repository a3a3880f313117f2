#ifndef TUNESMITH_PROTO_ARTIFACT_ARTIFACT_STORE_H_
#define TUNESMITH_PROTO_ARTIFACT_ARTIFACT_STORE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace tunesmith {

// What an artifact takes, whole or not.
struct ArtifactSize {
  int64_t size_bytes = 0;
  // Of its directory: when a file came or went last.
  absl::Time change_time;
};

// Where artifacts live. Keys are `{group}/{number}`, for
// example uid and fence, both of [a-z0-9-]; a key
// holds an artifact once its manifest is there. Thread-safe; every method does
// I/O.
class ArtifactStore {
 public:
  virtual ~ArtifactStore() = default;

  // An empty directory on this machine for the files of a new artifact; what
  // an earlier try left under the key is removed.
  virtual absl::StatusOr<std::string> Begin(std::string_view key) = 0;

  // A directory on this machine in which other programs make and seal the
  // artifacts `{group}/...`; what is there stays. It is gone when the last one
  // is deleted.
  virtual absl::StatusOr<std::string> OpenGroup(std::string_view group) = 0;

  // Seals the directory that Begin gave; returns the manifest's SHA-256.
  virtual absl::StatusOr<std::string> Commit(std::string_view key) = 0;

  // A directory on this machine that holds the artifact's files, unverified.
  // NOT_FOUND when there is none.
  virtual absl::StatusOr<std::string> Stage(std::string_view key) = 0;

  // Removes all under the key. OK when there is nothing.
  virtual absl::Status Delete(std::string_view key) = 0;

  // Moves all under the key to `directory`, which is not there yet and on the
  // same disk. NOT_FOUND when there is nothing.
  virtual absl::Status MoveOut(std::string_view key,
                               const std::string& directory) = 0;

  // Adds up the files under the key; NOT_FOUND when there is nothing.
  virtual absl::StatusOr<ArtifactSize> Measure(std::string_view key) = 0;

  // Every key, sealed or not.
  virtual absl::StatusOr<std::vector<std::string>> List() = 0;

  // Calls `visit` with each group, in no order, until it fails; one that comes
  // or goes meanwhile may be left out. Nothing is kept of what was visited, so
  // that there may be very many.
  virtual absl::Status VisitGroups(
      absl::FunctionRef<absl::Status(const std::string& group)> visit) = 0;

  // Those of one group; none when there is no such group.
  virtual absl::StatusOr<std::vector<std::string>> ListGroup(
      std::string_view group) = 0;
};

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_ARTIFACT_ARTIFACT_STORE_H_
