#ifndef TUNESMITH_SERVER_UPKEEP_STORAGE_SURVEY_H_
#define TUNESMITH_SERVER_UPKEEP_STORAGE_SURVEY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/upkeep/leftovers.h"
#include "server/upkeep/quarantine.h"
#include "server/upkeep/retention_policy.h"
#include "tunesmith/v1/storage.pb.h"

namespace tunesmith::server {

// Something that takes room, as its own resource's tenant sees it.
struct SurveyedItem {
  // Whose it is; empty for what is the server's own.
  std::string tenant;
  v1::StoredItem item;
  // What of it a prune of all that can go would free.
  int64_t prunable_bytes = 0;
};

struct SurveyPlaces {
  ArtifactKeeping keeping;
  // Of the database, which has further files beside it.
  std::string database_path;
  // Not owned.
  Quarantine* quarantine = nullptr;
  RetentionPolicy policy;
};

// Everything that takes room in the data directory, the largest first. Sizes of
// resources are those of their records; other files are looked at. Does I/O.
absl::StatusOr<std::vector<SurveyedItem>> SurveyStorage(
    const SurveyPlaces& places);

// One leftover. Does I/O.
v1::StoredItem DescribeLeftover(ArtifactStore& artifacts,
                                const std::string& key);

// What lies in the quarantine. Does I/O.
absl::StatusOr<std::vector<QuarantinedArtifact>> ListQuarantined(
    const SurveyPlaces& places);
v1::StoredItem DescribeQuarantined(const SurveyPlaces& places,
                                   const QuarantinedArtifact& artifact);

// Bytes of the database and what lies beside it. Does I/O.
int64_t DatabaseBytes(const std::string& path);

// Whether `a` is listed before `b`.
bool IsListedBefore(const v1::StoredItem& a, const v1::StoredItem& b);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_UPKEEP_STORAGE_SURVEY_H_
