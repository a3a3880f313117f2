#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "server/catalog/model_catalog.h"
#include "server/lifecycle/fork_point.h"
#include "server/lifecycle/job_commands.h"
#include "server/lifecycle/job_table.h"
#include "server/lifecycle/new_job.h"

// VerifyJob and ReproduceJob.

namespace tunesmith::server {
namespace {

template <typename Request>
absl::StatusOr<JobRow> FindOriginal(Connection& db, const std::string& tenant,
                                    const Request& request) {
  std::vector<FieldViolation> violations;
  CheckJobNames(NamesOf(request), FieldScope("", &violations));
  absl::StatusOr<std::string> id =
      ParseResourceName(ResourceKind::kJob, request.name());
  if (!id.ok()) {
    violations.push_back({"name", std::string(id.status().message())});
  }
  if (!violations.empty()) return InvalidFieldsError(violations);
  return JobTable::Get(db, tenant, *id);
}

// The step after which a job began; 0 unless another one's checkpoint was its
// begin.
int64_t FirstStep(const v1::Job& job) {
  absl::StatusOr<CheckpointName> name = ParseCheckpointName(job.forked_from());
  return name.ok() ? name->step : 0;
}

// The same spec on the same inputs, and what a worker found out about the
// original: this decides the last bits.
absl::StatusOr<JobDraft> Repeat(Connection& db, const v1::Job& original) {
  JobDraft draft;
  TUNESMITH_ASSIGN_OR_RETURN(
      draft.inputs, LoadJobInputs(db, original.tenant(), original.spec()));
  TUNESMITH_RETURN_IF_ERROR(CheckSameInputs(db, original, draft.inputs));
  v1::Job& job = draft.job;
  *job.mutable_spec() = original.spec();
  *job.mutable_resolved_spec() = original.resolved_spec();
  job.set_priority(original.priority());
  job.set_state(v1::Job::QUEUED);
  v1::Execution& execution = *draft.begin.mutable_execution();
  const v1::Execution& then = original.execution();
  execution.set_device(then.device());
  execution.set_precision(then.precision());
  execution.set_deterministic(then.deterministic());
  *execution.mutable_microbatches() = then.microbatches();
  if (then.has_learning_rate_cut()) {
    *execution.mutable_learning_rate_cut() = then.learning_rate_cut();
  }
  v1::Comparison& comparison = *job.mutable_comparison();
  comparison.set_original(original.name());
  comparison.set_original_uid(original.uid());
  return draft;
}

// Lets `draft` begin after `step` of `original`.
absl::Status BeginAfter(Connection& db, const v1::Job& original, int64_t step,
                        JobDraft& draft) {
  draft.job.mutable_comparison()->set_from_step(step);
  bool is_begin = step == FirstStep(original);
  if (is_begin && original.forked_from().empty()) return absl::OkStatus();
  TUNESMITH_ASSIGN_OR_RETURN(CheckpointRow checkpoint,
                             CheckpointTable::Get(db, original, step));
  BeginAt({original, std::move(checkpoint)}, /*is_fork=*/is_begin, draft);
  return absl::OkStatus();
}

// A stretch between two checkpoints of a job.
struct Stretch {
  int64_t from_step = 0;
  v1::Checkpoint end;
};

absl::StatusOr<Stretch> FindStretch(Connection& db, const v1::Job& original,
                                    const v1::VerifyJobRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::vector<CheckpointRow> rows,
      CheckpointTable::List(db, {original.tenant(), original.uid()}));
  if (rows.empty()) return CheckpointTable::NoneError(db, original);
  Stretch stretch;
  stretch.end = rows[0].checkpoint;
  if (request.has_to_step()) {
    TUNESMITH_ASSIGN_OR_RETURN(
        CheckpointRow end,
        CheckpointTable::Get(db, original, request.to_step()));
    stretch.end = std::move(end.checkpoint);
  }
  stretch.from_step = FirstStep(original);
  for (const CheckpointRow& row : rows) {
    if (row.checkpoint.step() >= stretch.end.step()) continue;
    stretch.from_step = row.checkpoint.step();
    break;
  }
  if (request.has_from_step()) stretch.from_step = request.from_step();
  if (stretch.from_step >= stretch.end.step()) {
    return InvalidFieldsError(
        {{"to_step",
          absl::StrCat("must be above from_step, which is ", stretch.from_step,
                       ", got: ", stretch.end.step())}});
  }
  return stretch;
}

absl::StatusOr<JobDraft> DraftVerification(
    Connection& db, const std::string& tenant,
    const v1::VerifyJobRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(JobRow row, FindOriginal(db, tenant, request));
  TUNESMITH_ASSIGN_OR_RETURN(Stretch stretch,
                             FindStretch(db, row.job, request));
  TUNESMITH_ASSIGN_OR_RETURN(JobDraft draft, Repeat(db, row.job));
  TUNESMITH_RETURN_IF_ERROR(BeginAfter(db, row.job, stretch.from_step, draft));
  draft.begin.set_last_step(stretch.end.step());
  v1::Comparison& comparison = *draft.job.mutable_comparison();
  comparison.set_to_step(stretch.end.step());
  comparison.set_expected_digest(stretch.end.digest());
  return draft;
}

// Empty when the model was deleted.
absl::StatusOr<std::string> WeightsDigestOf(Connection& db,
                                            const v1::Job& job) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::string id,
      ParseResourceName(ResourceKind::kModel, job.output_model()));
  absl::StatusOr<ModelRow> model = ModelCatalog::Get(db, job.tenant(), id);
  if (absl::IsNotFound(model.status())) return "";
  TUNESMITH_RETURN_IF_ERROR(model.status());
  // Another one can have the name by now.
  return model->model.origin().job() == job.name()
             ? model->model.weights_digest()
             : "";
}

absl::StatusOr<JobDraft> DraftReproduction(
    Connection& db, const std::string& tenant,
    const v1::ReproduceJobRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(JobRow row, FindOriginal(db, tenant, request));
  const v1::Job& original = row.job;
  if (original.state() != v1::Job::SUCCEEDED ||
      original.output_model().empty()) {
    return IllegalTransitionError(
        original.name(), v1::Job::State_Name(original.state()), "reproduce");
  }
  TUNESMITH_ASSIGN_OR_RETURN(JobDraft draft, Repeat(db, original));
  TUNESMITH_RETURN_IF_ERROR(
      BeginAfter(db, original, FirstStep(original), draft));
  TUNESMITH_ASSIGN_OR_RETURN(
      *draft.job.mutable_comparison()->mutable_expected_digest(),
      WeightsDigestOf(db, original));
  return draft;
}

}  // namespace

absl::StatusOr<v1::Job> VerifyJob(Transaction& tx,
                                  const LifecycleContext& context,
                                  const std::string& tenant,
                                  const v1::VerifyJobRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(
      JobDraft made, MakeJob(tx, context, tenant, NamesOf(request), [&] {
        return DraftVerification(tx.db(), tenant, request);
      }));
  return std::move(made.job);
}

absl::StatusOr<v1::Job> ReproduceJob(Transaction& tx,
                                     const LifecycleContext& context,
                                     const std::string& tenant,
                                     const v1::ReproduceJobRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(
      JobDraft made, MakeJob(tx, context, tenant, NamesOf(request), [&] {
        return DraftReproduction(tx.db(), tenant, request);
      }));
  return std::move(made.job);
}

}  // namespace tunesmith::server
