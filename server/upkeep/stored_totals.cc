#include "server/upkeep/stored_totals.h"

#include <string>
#include <utility>
#include <vector>

#include "proto/contract/base/status_macros.h"
#include "server/catalog/record.h"
#include "tunesmith/internal/v1/work.pb.h"

namespace tunesmith::server {
namespace {

// Artifacts whose keys come after the one that is bound, in order; those that
// several records share, once.
constexpr char kModels[] =
    "SELECT artifact_key, artifact FROM models WHERE artifact_key > ? "
    "GROUP BY artifact_key ORDER BY artifact_key LIMIT 500";
constexpr char kDatasets[] =
    "SELECT artifact_key, artifact FROM datasets WHERE artifact_key > ? "
    "GROUP BY artifact_key ORDER BY artifact_key LIMIT 500";
constexpr char kCheckpoints[] =
    "SELECT artifact_key, artifact FROM checkpoints WHERE artifact_key > ? "
    "GROUP BY artifact_key ORDER BY artifact_key LIMIT 500";

// Sums one page; `last` is its last key, or as it was when there is no more.
absl::StatusOr<int64_t> SumPage(Connection& db, const char* sql,
                                std::string& last) {
  Statement statement = db.Prepare(sql);
  statement.Bind(std::string(last));
  int64_t bytes = 0;
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return bytes;
    last = statement.Text(0);
    internal::v1::Artifact artifact;
    TUNESMITH_RETURN_IF_ERROR(ParseRecord(statement.Text(1), artifact));
    bytes += artifact.size_bytes();
  }
}

absl::StatusOr<int64_t> SumArtifacts(Store& store, const char* sql) {
  int64_t bytes = 0;
  std::string last;
  while (true) {
    const std::string before = last;
    absl::StatusOr<int64_t> page;
    store.ReadNow([&](Connection& db) { page = SumPage(db, sql, last); });
    TUNESMITH_RETURN_IF_ERROR(page.status());
    bytes += *page;
    if (last == before) return bytes;
  }
}

}  // namespace

absl::StatusOr<StoredTotals> MeasureTotals(const SurveyPlaces& places) {
  Store& store = *places.keeping.store;
  StoredTotals totals;
  TUNESMITH_ASSIGN_OR_RETURN(totals[v1::StoredItem::MODEL],
                             SumArtifacts(store, kModels));
  TUNESMITH_ASSIGN_OR_RETURN(totals[v1::StoredItem::DATASET],
                             SumArtifacts(store, kDatasets));
  TUNESMITH_ASSIGN_OR_RETURN(totals[v1::StoredItem::CHECKPOINTS],
                             SumArtifacts(store, kCheckpoints));
  totals[v1::StoredItem::DATABASE] = DatabaseBytes(places.database_path);
  int64_t& leftover = totals[v1::StoredItem::LEFTOVER];
  TUNESMITH_RETURN_IF_ERROR(
      VisitLeftovers(places.keeping, [&](const std::vector<std::string>& keys) {
        for (const std::string& key : keys) {
          leftover +=
              DescribeLeftover(*places.keeping.artifacts, key).size_bytes();
        }
        return absl::OkStatus();
      }));
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<QuarantinedArtifact> quarantined,
                             ListQuarantined(places));
  int64_t& aside = totals[v1::StoredItem::QUARANTINED];
  for (const QuarantinedArtifact& artifact : quarantined) {
    aside += artifact.size_bytes;
  }
  return totals;
}

}  // namespace tunesmith::server
