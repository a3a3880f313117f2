#include "server/lifecycle/model_facts.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/classification.h"
#include "proto/contract/resource_name.h"
#include "server/catalog/model_catalog.h"
#include "server/lifecycle/wire_time.h"

namespace tunesmith::server {
namespace {

constexpr size_t kMaxIdBytes = 63;
constexpr int kMaxIdTries = 1000;

// "sentiment", then "sentiment-2", "sentiment-3", ...
std::string NumberedId(const std::string& id, int number) {
  if (number == 1) return id;
  std::string suffix = absl::StrCat("-", number);
  return id.substr(0, kMaxIdBytes - suffix.size()) + suffix;
}

// The base model cannot be deleted while the job lives.
absl::Status InheritFromBase(Transaction& tx, const v1::Job& job,
                             v1::Model& model) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::string id,
      ParseResourceName(ResourceKind::kModel, job.spec().base_model()));
  TUNESMITH_ASSIGN_OR_RETURN(ModelRow base,
                             ModelCatalog::Get(tx.db(), job.tenant(), id));
  model.set_license(base.model.license());
  return absl::OkStatus();
}

absl::Status InsertUnderFreeId(Transaction& tx, const std::string& wanted,
                               ModelRow& row) {
  absl::Status status;
  for (int number = 1; number <= kMaxIdTries; ++number) {
    row.model.set_name(
        ResourceName(ResourceKind::kModel, NumberedId(wanted, number)));
    status = ModelCatalog::Insert(tx, row);
    if (!absl::IsAlreadyExists(status)) return status;
  }
  return status;
}

}  // namespace

void CopyModelFacts(const v1::Model& facts, v1::Model& model) {
  model.set_family(facts.family());
  *model.mutable_tasks() = facts.tasks();
  model.set_parameter_count(facts.parameter_count());
  model.set_size_bytes(facts.size_bytes());
  model.set_dtype(facts.dtype());
  model.set_max_sequence_length(facts.max_sequence_length());
  model.set_layer_count(facts.layer_count());
  *model.mutable_head_labels() = facts.head_labels();
  model.set_dropout(facts.dropout());
  model.set_folded_normalization(facts.folded_normalization());
  if (facts.has_image_input()) {
    *model.mutable_image_input() = facts.image_input();
  }
}

absl::Status InsertOutputModel(Transaction& tx, const std::string& uid,
                               const internal::v1::TrainResult& result,
                               v1::Job& job) {
  ModelRow row;
  row.tenant = job.tenant();
  row.artifact = result.artifact();
  row.facts = result.model();
  v1::Model& model = row.model;
  CopyModelFacts(row.facts.model(), model);
  model.set_uid(uid);
  model.set_state(v1::Model::READY);
  model.set_display_name(job.display_name());
  model.mutable_origin()->set_job(job.name());
  model.mutable_origin()->set_base_model(job.spec().base_model());
  *model.mutable_origin()->mutable_lineage() = job.lineage();
  model.set_weights_digest(result.weights_digest());
  if (model.head_labels().empty()) {
    *model.mutable_head_labels() =
        Classification(job.resolved_spec().task()).labels();
  }
  *model.mutable_evaluations() = job.evaluations();
  model.set_digest(row.artifact.manifest_sha256());
  *model.mutable_create_time() = ToWireTime(tx.now());
  TUNESMITH_RETURN_IF_ERROR(InheritFromBase(tx, job, model));
  TUNESMITH_ASSIGN_OR_RETURN(std::string wanted,
                             ParseResourceName(ResourceKind::kJob, job.name()));
  TUNESMITH_RETURN_IF_ERROR(InsertUnderFreeId(tx, wanted, row));
  job.set_output_model(model.name());
  return absl::OkStatus();
}

}  // namespace tunesmith::server
