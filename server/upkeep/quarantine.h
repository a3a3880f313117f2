#ifndef TUNESMITH_SERVER_UPKEEP_QUARANTINE_H_
#define TUNESMITH_SERVER_UPKEEP_QUARANTINE_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/artifact/artifact_store.h"

namespace tunesmith::server {

// An artifact that was moved aside.
struct QuarantinedArtifact {
  // Of its directory in the quarantine.
  std::string name;
  // Where it was in the data directory: "artifacts/{key}". Empty when its note
  // is lost.
  std::string origin;
  std::string reason;
  absl::Time time;
  int64_t size_bytes = 0;
};

// Artifacts that nothing refers to, as far as the server can see, kept aside
// for a while: somebody who sees more may move them back. On disk, in a
// directory for each:
//   {time}-{n}/note.json    {"origin":"artifacts/{key}","reason":"...",
//                            "time":"2026-01-31T12:00:00Z"}
//   {time}-{n}/artifacts/{key}/    as they were
// Thread-safe; every method does I/O.
class Quarantine {
 public:
  // `root` is made when something comes. `artifacts` is not owned, is on the
  // same disk and outlives it.
  Quarantine(std::string root, ArtifactStore* artifacts)
      : root_(std::move(root)), artifacts_(artifacts) {}

  // Moves an artifact here. A crash leaves it where it was, or here.
  absl::Status Add(const std::string& key, const std::string& reason,
                   absl::Time now);

  // In the order in which they came.
  absl::StatusOr<std::vector<QuarantinedArtifact>> List() const;

  // Deletes one for good. OK when it is not there.
  absl::Status Delete(const std::string& name);

 private:
  absl::StatusOr<std::string> MakeEntry(absl::Time now);

  const std::string root_;
  ArtifactStore* const artifacts_;
  std::atomic<int64_t> next_ = 0;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_UPKEEP_QUARANTINE_H_
