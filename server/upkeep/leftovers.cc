#include "server/upkeep/leftovers.h"

#include <set>
#include <utility>

#include "proto/contract/base/status_macros.h"
#include "server/lifecycle/artifact_keys.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

constexpr size_t kPage = 256;

// `keys` were listed before: of a draft that was open then, either its entry
// or its record is seen here.
absl::StatusOr<std::vector<std::string>> WithoutUse(
    const ArtifactKeeping& keeping, std::vector<std::string> keys) {
  if (keys.empty()) return keys;
  const std::set<std::string> drafts = keeping.drafts->keys();
  absl::StatusOr<ArtifactsInUse> used;
  keeping.store->ReadNow(
      [&](Connection& db) { used = FindArtifactsInUse(db, keys); });
  TUNESMITH_RETURN_IF_ERROR(used.status());
  std::erase_if(keys, [&](const std::string& key) {
    return used->Contains(key) || drafts.contains(key);
  });
  return keys;
}

}  // namespace

absl::Status VisitLeftovers(
    const ArtifactKeeping& keeping,
    absl::FunctionRef<absl::Status(const std::vector<std::string>& keys)>
        visit) {
  std::vector<std::string> page;
  auto visit_page = [&]() -> absl::Status {
    TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> leftovers,
                               WithoutUse(keeping, std::exchange(page, {})));
    return leftovers.empty() ? absl::OkStatus() : visit(leftovers);
  };
  TUNESMITH_RETURN_IF_ERROR(keeping.artifacts->VisitGroups(
      [&](const std::string& group) -> absl::Status {
        TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> keys,
                                   keeping.artifacts->ListGroup(group));
        page.insert(page.end(), keys.begin(), keys.end());
        return page.size() < kPage ? absl::OkStatus() : visit_page();
      }));
  return visit_page();
}

absl::StatusOr<std::vector<std::string>> FindLeftoversOf(
    const ArtifactKeeping& keeping, const std::string& group) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> keys,
                             keeping.artifacts->ListGroup(group));
  return WithoutUse(keeping, std::move(keys));
}

bool DeleteLeftover(ArtifactStore& artifacts, const std::string& key) {
  absl::Status status = artifacts.Delete(key);
  spdlog::info("artifact without a record deleted key={} status=\"{}\"", key,
               status.ToString());
  return status.ok();
}

}  // namespace tunesmith::server
