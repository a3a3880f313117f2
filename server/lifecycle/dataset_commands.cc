#include <string>
#include <utility>
#include <vector>

#include "proto/contract/base/status_macros.h"
#include "proto/contract/resource_name.h"
#include "server/catalog/dataset_catalog.h"
#include "server/lifecycle/catalog_commands.h"
#include "server/lifecycle/dataset_format.h"
#include "server/lifecycle/etag.h"
#include "server/lifecycle/lease_effects.h"
#include "server/lifecycle/resource_fields.h"
#include "server/lifecycle/resource_in_use.h"
#include "server/lifecycle/uid.h"
#include "server/lifecycle/wire_time.h"

namespace tunesmith::server {
namespace {

// An inspection reads one file; what ends it early is no fault of the file.
constexpr int kInspectAttempts = 3;

DatasetRow NewRow(const std::string& tenant, const NewDataset& request,
                  absl::Time now) {
  std::string id = request.id.empty()
                       ? GeneratedId(ResourceKind::kDataset, request.uid)
                       : request.id;
  DatasetRow row;
  row.tenant = tenant;
  row.file_name = request.file_name;
  row.artifact = request.artifact;
  v1::Dataset& dataset = row.dataset;
  dataset.set_name(ResourceName(ResourceKind::kDataset, id));
  dataset.set_uid(request.uid);
  dataset.set_display_name(request.dataset.display_name());
  *dataset.mutable_labels() = request.dataset.labels();
  *dataset.mutable_format() =
      ResolveDatasetFormat(request.dataset.format(), request.file_name);
  dataset.set_source(request.dataset.source());
  dataset.set_digest(request.dataset.digest());
  dataset.set_size_bytes(request.dataset.size_bytes());
  dataset.set_state(v1::Dataset::INSPECTING);
  *dataset.mutable_create_time() = ToWireTime(now);
  return row;
}

// Removes the record, its work and, once that is on disk, its files.
absl::Status RemoveDataset(Transaction& tx, const LifecycleContext& context,
                           const DatasetRow& row) {
  const std::string& uid = row.dataset.uid();
  TUNESMITH_RETURN_IF_ERROR(
      CheckNotInUse(tx.db(), row.tenant, row.dataset.name(), uid));
  TUNESMITH_RETURN_IF_ERROR(RemoveWorkOf(tx, context, row.tenant, uid));
  TUNESMITH_RETURN_IF_ERROR(DatasetCatalog::Remove(tx, row.tenant, uid));
  NotifyArtifactReleased(tx, context, row.artifact.key());
  return absl::OkStatus();
}

// One that failed its inspection is of no use but for its error, and holds no
// name: who tries again takes its place.
absl::Status MakeRoomFor(Transaction& tx, const LifecycleContext& context,
                         const std::string& tenant, const std::string& id) {
  if (id.empty()) return absl::OkStatus();
  absl::StatusOr<DatasetRow> holder = DatasetCatalog::Get(tx.db(), tenant, id);
  if (absl::IsNotFound(holder.status())) return absl::OkStatus();
  TUNESMITH_RETURN_IF_ERROR(holder.status());
  if (holder->dataset.state() != v1::Dataset::FAILED) return absl::OkStatus();
  return RemoveDataset(tx, context, *holder);
}

}  // namespace

std::vector<FieldViolation> CheckNewDataset(const std::string& id,
                                            const v1::Dataset& dataset,
                                            const std::string& file_name,
                                            const std::string& prefix) {
  std::vector<FieldViolation> violations;
  FieldScope scope(prefix, &violations);
  CheckNewId("", id, FieldScope(prefix + "_id", &violations));
  CheckDisplayName(dataset.display_name(), scope);
  CheckLabels(dataset.labels(), scope);
  CheckDatasetFormat(dataset.format(), file_name, scope.At("format"));
  return violations;
}

absl::StatusOr<v1::Dataset> CreateDataset(Transaction& tx,
                                          const LifecycleContext& context,
                                          const std::string& tenant,
                                          const NewDataset& dataset) {
  DatasetRow row = NewRow(tenant, dataset, tx.now());
  TUNESMITH_RETURN_IF_ERROR(MakeRoomFor(tx, context, tenant, dataset.id));
  TUNESMITH_RETURN_IF_ERROR(DatasetCatalog::Insert(tx, row));
  NewWorkItem item;
  item.uid = context.new_uid();
  item.tenant = tenant;
  item.subject = row.dataset.name();
  item.subject_uid = row.dataset.uid();
  item.needs.purpose = v1::Slot::AUXILIARY;
  item.max_attempts = kInspectAttempts;
  *item.payload.mutable_inspect()->mutable_dataset() = row.Input();
  TUNESMITH_RETURN_IF_ERROR(WorkQueue::Add(tx, item));
  tx.OnCommit([observer = context.observer] { observer->OnWorkAvailable(); });
  return std::move(row.dataset);
}

absl::Status DeleteDataset(Transaction& tx, const LifecycleContext& context,
                           const std::string& tenant, const std::string& id,
                           const std::string& etag) {
  TUNESMITH_ASSIGN_OR_RETURN(DatasetRow row,
                             DatasetCatalog::Get(tx.db(), tenant, id));
  TUNESMITH_RETURN_IF_ERROR(CheckEtag("dataset", etag, row.dataset.etag()));
  return RemoveDataset(tx, context, row);
}

}  // namespace tunesmith::server
