#include <string>
#include <utility>
#include <vector>

#include "proto/contract/base/status_macros.h"
#include "proto/contract/resource_name.h"
#include "server/catalog/model_catalog.h"
#include "server/lifecycle/catalog_commands.h"
#include "server/lifecycle/etag.h"
#include "server/lifecycle/lease_effects.h"
#include "server/lifecycle/resource_fields.h"
#include "server/lifecycle/resource_in_use.h"
#include "server/lifecycle/uid.h"
#include "server/lifecycle/wire_time.h"

namespace tunesmith::server {
namespace {

constexpr int kImportAttempts = 3;
constexpr size_t kMaxLicenseBytes = 256;
constexpr size_t kMaxRevisionBytes = 256;

ModelRow NewRow(const std::string& tenant, const NewModel& request,
                absl::Time now) {
  std::string id = request.id.empty()
                       ? GeneratedId(ResourceKind::kModel, request.uid)
                       : request.id;
  ModelRow row;
  row.tenant = tenant;
  row.artifact = request.artifact;
  v1::Model& model = row.model;
  model.set_name(ResourceName(ResourceKind::kModel, id));
  model.set_uid(request.uid);
  model.set_display_name(request.model.display_name());
  *model.mutable_labels() = request.model.labels();
  model.set_license(request.model.license());
  *model.mutable_origin() = request.model.origin();
  model.set_digest(request.artifact.manifest_sha256());
  model.set_state(v1::Model::IMPORTING);
  *model.mutable_create_time() = ToWireTime(now);
  return row;
}

// Removes the record, its work and, once that is on disk, its files.
absl::Status RemoveModel(Transaction& tx, const LifecycleContext& context,
                         const ModelRow& row) {
  const std::string& uid = row.model.uid();
  TUNESMITH_RETURN_IF_ERROR(
      CheckNotInUse(tx.db(), row.tenant, row.model.name(), uid));
  TUNESMITH_RETURN_IF_ERROR(RemoveWorkOf(tx, context, row.tenant, uid));
  TUNESMITH_RETURN_IF_ERROR(ModelCatalog::Remove(tx, row.tenant, uid));
  NotifyArtifactReleased(tx, context, row.artifact.key());
  return absl::OkStatus();
}

// One that failed its import is of no use but for its error, and holds no name:
// who tries again takes its place.
absl::Status MakeRoomFor(Transaction& tx, const LifecycleContext& context,
                         const std::string& tenant, const std::string& id) {
  if (id.empty()) return absl::OkStatus();
  absl::StatusOr<ModelRow> holder = ModelCatalog::Get(tx.db(), tenant, id);
  if (absl::IsNotFound(holder.status())) return absl::OkStatus();
  TUNESMITH_RETURN_IF_ERROR(holder.status());
  if (holder->model.state() != v1::Model::FAILED) return absl::OkStatus();
  return RemoveModel(tx, context, *holder);
}

}  // namespace

std::vector<FieldViolation> CheckNewModel(const std::string& id,
                                          const v1::Model& model,
                                          const std::string& prefix) {
  std::vector<FieldViolation> violations;
  FieldScope scope(prefix, &violations);
  CheckNewId("", id, FieldScope(prefix + "_id", &violations));
  CheckDisplayName(model.display_name(), scope);
  CheckLabels(model.labels(), scope);
  CheckText("license", model.license(), kMaxLicenseBytes, scope);
  CheckText("revision", model.origin().revision(), kMaxRevisionBytes,
            scope.At("origin"));
  return violations;
}

absl::StatusOr<v1::Model> ImportModel(Transaction& tx,
                                      const LifecycleContext& context,
                                      const std::string& tenant,
                                      const NewModel& model) {
  ModelRow row = NewRow(tenant, model, tx.now());
  TUNESMITH_RETURN_IF_ERROR(MakeRoomFor(tx, context, tenant, model.id));
  TUNESMITH_RETURN_IF_ERROR(ModelCatalog::Insert(tx, row));
  NewWorkItem item;
  item.uid = context.new_uid();
  item.tenant = tenant;
  item.subject = row.model.name();
  item.subject_uid = row.model.uid();
  item.needs.purpose = v1::Slot::AUXILIARY;
  item.max_attempts = kImportAttempts;
  *item.payload.mutable_import()->mutable_model() = row.Input();
  TUNESMITH_RETURN_IF_ERROR(WorkQueue::Add(tx, item));
  tx.OnCommit([observer = context.observer] { observer->OnWorkAvailable(); });
  return std::move(row.model);
}

absl::Status DeleteModel(Transaction& tx, const LifecycleContext& context,
                         const std::string& tenant, const std::string& id,
                         const std::string& etag) {
  TUNESMITH_ASSIGN_OR_RETURN(ModelRow row,
                             ModelCatalog::Get(tx.db(), tenant, id));
  TUNESMITH_RETURN_IF_ERROR(CheckEtag("model", etag, row.model.etag()));
  return RemoveModel(tx, context, row);
}

}  // namespace tunesmith::server
