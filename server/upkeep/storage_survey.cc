#include "server/upkeep/storage_survey.h"

#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "server/catalog/dataset_catalog.h"
#include "server/catalog/model_catalog.h"
#include "server/lifecycle/wire_time.h"
#include "server/upkeep/checkpoint_use.h"

namespace tunesmith::server {
namespace {

using v1::StoredItem;

constexpr char kResourcesStay[] = "it stays until somebody deletes it";
constexpr char kQuarantineStays[] =
    "quarantined files go only after their time, or with delete_quarantined";
constexpr char kDatabaseStays[] = "it holds the records of everything";

SurveyedItem ItemOf(StoredItem::Kind kind, StoredResource resource) {
  SurveyedItem surveyed;
  surveyed.tenant = std::move(resource.tenant);
  StoredItem& item = surveyed.item;
  item.set_kind(kind);
  item.set_resource(std::move(resource.name));
  item.set_size_bytes(resource.size_bytes);
  *item.mutable_time() = std::move(resource.create_time);
  item.set_kept_because(kResourcesStay);
  return surveyed;
}

absl::Status AddResources(Connection& db, std::vector<SurveyedItem>& items) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<StoredResource> models,
                             ModelCatalog::ListStored(db));
  for (StoredResource& model : models) {
    items.push_back(ItemOf(StoredItem::MODEL, std::move(model)));
  }
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<StoredResource> datasets,
                             DatasetCatalog::ListStored(db));
  for (StoredResource& dataset : datasets) {
    items.push_back(ItemOf(StoredItem::DATASET, std::move(dataset)));
  }
  return absl::OkStatus();
}

absl::Status AddCheckpoints(Connection& db,
                            std::optional<absl::Duration> retention,
                            std::vector<SurveyedItem>& items) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<CheckpointHolder> holders,
                             ListCheckpointHolders(db));
  std::vector<CheckpointUse> uses =
      PlanPrune(holders, [](const CheckpointHolder&) { return true; });
  for (size_t i = 0; i < holders.size(); ++i) {
    const CheckpointHolder& holder = holders[i];
    SurveyedItem& surveyed = items.emplace_back();
    surveyed.tenant = holder.job.tenant;
    surveyed.prunable_bytes = uses[i].freed_bytes;
    StoredItem& item = surveyed.item;
    item.set_kind(StoredItem::CHECKPOINTS);
    item.set_resource(holder.name);
    item.set_size_bytes(uses[i].size_bytes);
    item.set_kept_because(std::move(uses[i].kept_because));
    if (!holder.end_time.has_value()) continue;
    *item.mutable_time() = ToWireTime(*holder.end_time);
    std::optional<absl::Duration> kept =
        holder.retention.has_value() ? holder.retention : retention;
    if (kept.has_value()) {
      *item.mutable_expire_time() = ToWireTime(*holder.end_time + *kept);
    }
  }
  return absl::OkStatus();
}

int64_t FileSize(const std::string& path) {
  struct stat facts;
  return stat(path.c_str(), &facts) == 0 ? static_cast<int64_t>(facts.st_size)
                                         : 0;
}

SurveyedItem DescribeDatabase(const std::string& path) {
  SurveyedItem surveyed;
  surveyed.item.set_kind(StoredItem::DATABASE);
  surveyed.item.set_size_bytes(DatabaseBytes(path));
  surveyed.item.set_kept_because(kDatabaseStays);
  return surveyed;
}

absl::Status AddFiles(const SurveyPlaces& places,
                      std::vector<SurveyedItem>& items) {
  TUNESMITH_RETURN_IF_ERROR(
      VisitLeftovers(places.keeping, [&](const std::vector<std::string>& keys) {
        for (const std::string& key : keys) {
          items.emplace_back().item =
              DescribeLeftover(*places.keeping.artifacts, key);
        }
        return absl::OkStatus();
      }));
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<QuarantinedArtifact> quarantined,
                             ListQuarantined(places));
  for (const QuarantinedArtifact& artifact : quarantined) {
    items.emplace_back().item = DescribeQuarantined(places, artifact);
  }
  return absl::OkStatus();
}

}  // namespace

// SQLite's log and its index lie beside the database.
int64_t DatabaseBytes(const std::string& path) {
  return FileSize(path) + FileSize(path + "-wal") + FileSize(path + "-shm");
}

bool IsListedBefore(const StoredItem& a, const StoredItem& b) {
  // The path tells leftovers apart, which have no name.
  auto order = [](const StoredItem& item) {
    return std::make_tuple(-item.size_bytes(), item.kind(), item.resource(),
                           item.path());
  };
  return order(a) < order(b);
}

StoredItem DescribeLeftover(ArtifactStore& artifacts, const std::string& key) {
  StoredItem item;
  item.set_kind(StoredItem::LEFTOVER);
  item.set_path("artifacts/" + key);
  absl::StatusOr<ArtifactSize> size = artifacts.Measure(key);
  if (!size.ok()) return item;
  item.set_size_bytes(size->size_bytes);
  *item.mutable_time() = ToWireTime(size->change_time);
  return item;
}

absl::StatusOr<std::vector<QuarantinedArtifact>> ListQuarantined(
    const SurveyPlaces& places) {
  return places.quarantine->List();
}

StoredItem DescribeQuarantined(const SurveyPlaces& places,
                               const QuarantinedArtifact& artifact) {
  StoredItem item;
  item.set_kind(StoredItem::QUARANTINED);
  item.set_size_bytes(artifact.size_bytes);
  item.set_path(
      absl::StrCat("quarantine/", artifact.name, "/", artifact.origin));
  *item.mutable_time() = ToWireTime(artifact.time);
  *item.mutable_expire_time() =
      ToWireTime(artifact.time + places.policy.quarantined);
  item.set_kept_because(kQuarantineStays);
  return item;
}

absl::StatusOr<std::vector<SurveyedItem>> SurveyStorage(
    const SurveyPlaces& places) {
  std::vector<SurveyedItem> items;
  absl::Status status;
  places.keeping.store->ReadNow([&](Connection& db) {
    status = AddResources(db, items);
    if (status.ok())
      status = AddCheckpoints(db, places.policy.checkpoints, items);
  });
  TUNESMITH_RETURN_IF_ERROR(status);
  items.push_back(DescribeDatabase(places.database_path));
  TUNESMITH_RETURN_IF_ERROR(AddFiles(places, items));
  std::sort(items.begin(), items.end(),
            [](const SurveyedItem& a, const SurveyedItem& b) {
              return IsListedBefore(a.item, b.item);
            });
  return items;
}

}  // namespace tunesmith::server
