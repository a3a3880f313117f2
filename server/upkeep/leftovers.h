#ifndef TUNESMITH_SERVER_UPKEEP_LEFTOVERS_H_
#define TUNESMITH_SERVER_UPKEEP_LEFTOVERS_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/artifact/artifact_store.h"
#include "server/store/store.h"
#include "server/upkeep/open_drafts.h"

namespace tunesmith::server {

// Where artifacts are, and who knows of them. Not owned.
struct ArtifactKeeping {
  Store* store = nullptr;
  ArtifactStore* artifacts = nullptr;
  const OpenDrafts* drafts = nullptr;
};

// Calls `visit` with the keys of artifacts that no record refers to, no running
// attempt writes and no request fills: a crash between bytes and record leaves
// them. Keys are never given twice, so what is a leftover once stays one. Some
// at a time, until `visit` fails: there may be very many artifacts. Does I/O.
absl::Status VisitLeftovers(
    const ArtifactKeeping& keeping,
    absl::FunctionRef<absl::Status(const std::vector<std::string>& keys)>
        visit);
// Those of one group.
absl::StatusOr<std::vector<std::string>> FindLeftoversOf(
    const ArtifactKeeping& keeping, const std::string& group);

// Deletes one; false, and a line in the log, where that fails.
bool DeleteLeftover(ArtifactStore& artifacts, const std::string& key);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_UPKEEP_LEFTOVERS_H_
