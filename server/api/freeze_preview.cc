#include "server/api/freeze_preview.h"

#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "server/api/ready_model.h"
#include "server/api/request_check.h"
#include "server/jobs/check_spec.h"
#include "server/jobs/field_scope.h"
#include "server/jobs/freeze.h"

namespace tunesmith::server {
namespace {

constexpr int kDefaultLabels = 2;

// The task that is asked for, or the first one that the model is for.
v1::TaskType TaskOf(const v1::PreviewFreezeRequest& request,
                    const internal::v1::ModelFacts& facts) {
  if (request.task() != v1::TASK_TYPE_UNSPECIFIED) return request.task();
  return facts.heads().empty() ? v1::TEXT_CLASSIFICATION
                               : facts.heads(0).task();
}

}  // namespace

absl::Status CheckPreviewRequest(const v1::PreviewFreezeRequest& request) {
  RequestCheck check;
  check.Name("base_model", ResourceKind::kModel, request.base_model());
  std::vector<FieldViolation> violations;
  FieldScope scope("", &violations);
  scope.CheckEnum("task", request.task(), v1::TaskType_IsValid(request.task()));
  if (request.has_label_count()) {
    scope.CheckInteger("label_count", request.label_count(), kMinLabels,
                       kMaxLabels);
  }
  if (request.has_freeze()) {
    CheckFreezePolicy(request.freeze(), scope.At("freeze"));
  }
  CheckLearningRates(request.hyperparameters(), scope.At("hyperparameters"));
  check.AddAll(std::move(violations));
  return check.ToStatus();
}

absl::StatusOr<v1::PreviewFreezeResponse> ReadFreezePreview(
    Connection& db, const std::string& tenant,
    const v1::PreviewFreezeRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::string id,
      ParseResourceName(ResourceKind::kModel, request.base_model()));
  TUNESMITH_ASSIGN_OR_RETURN(ModelRow row, GetReadyModel(db, tenant, id));
  v1::TaskType task = TaskOf(request, row.facts);
  bool supported = absl::c_any_of(
      row.facts.heads(),
      [task](const v1::TaskHead& head) { return head.task() == task; });
  if (!supported) {
    return InvalidFieldsError(
        {{"task",
          absl::StrCat("model cannot be trained for ", v1::TaskType_Name(task),
                       ": ", request.base_model())}},
        v1::ERROR_REASON_TASK_NOT_SUPPORTED);
  }
  v1::FreezePolicy policy = request.freeze();
  if (policy.kind_case() == v1::FreezePolicy::KIND_NOT_SET) {
    policy.mutable_none();
  }
  if (!policy.has_normalization()) {
    policy.set_normalization(row.model.folded_normalization());
  }
  int labels =
      request.has_label_count() ? request.label_count() : kDefaultLabels;
  FreezeTable table = ResolveFreeze(policy, row.facts, task, labels, "freeze");
  ResolveLearningRates(request.hyperparameters(), "hyperparameters", table);
  if (!table.violations.empty()) return InvalidFieldsError(table.violations);
  return SummarizeFreeze(table);
}

}  // namespace tunesmith::server
