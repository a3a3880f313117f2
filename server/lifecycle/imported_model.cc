#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "server/catalog/model_catalog.h"
#include "server/lifecycle/job_commands.h"
#include "server/lifecycle/model_facts.h"
#include "server/lifecycle/work_subject.h"

namespace tunesmith::server {
namespace {

// Notes are for people; a file with a million odd tensors gets no more.
constexpr int kMaxNotes = 100;

// A model directory that a worker checks.
class ImportedModel : public WorkSubject {
 public:
  ImportedModel(Transaction& tx, const LifecycleContext& context, ModelRow row)
      : tx_(tx), context_(context), row_(std::move(row)) {}

  absl::Status Start() override {
    row_.model.clear_notes();
    return absl::OkStatus();
  }

  absl::Status Record(const internal::v1::WorkEvent& event) override {
    if (event.has_finding()) AddNote(event.finding().message());
    return absl::OkStatus();
  }

  absl::Status CheckResult(
      const internal::v1::Outcome& outcome) const override {
    if (outcome.import().has_model()) return absl::OkStatus();
    return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                     "the worker ended an import without its result");
  }

  absl::Status Succeed(const internal::v1::Outcome& outcome) override {
    row_.facts = outcome.import().model();
    CopyModelFacts(row_.facts.model(), row_.model);
    for (const std::string& note : row_.facts.model().notes()) AddNote(note);
    row_.model.set_state(v1::Model::READY);
    return absl::OkStatus();
  }

  absl::Status Retry(const absl::Status&) override { return absl::OkStatus(); }

  absl::Status Fail(const absl::Status& cause) override {
    *row_.model.mutable_error() = ToRpcStatus(cause);
    row_.model.set_state(v1::Model::FAILED);
    return absl::OkStatus();
  }

  absl::Status Save() override {
    TUNESMITH_RETURN_IF_ERROR(
        ModelCatalog::Update(tx_, row_.tenant, row_.model, row_.facts));
    if (row_.model.state() == v1::Model::IMPORTING) return absl::OkStatus();
    return ResumeValidation(tx_, context_, row_.tenant, row_.model.uid());
  }

 private:
  // A result may repeat what was found on the way.
  void AddNote(const std::string& note) {
    const auto& notes = row_.model.notes();
    if (notes.size() < kMaxNotes &&
        std::find(notes.begin(), notes.end(), note) == notes.end()) {
      row_.model.add_notes(note);
    }
  }

  Transaction& tx_;
  const LifecycleContext& context_;
  ModelRow row_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<WorkSubject>> LoadImportedModel(
    Transaction& tx, const LifecycleContext& context, const WorkRow& row) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::optional<ModelRow> found,
      ModelCatalog::FindByUid(tx.db(), row.tenant, row.subject_uid));
  if (!found.has_value()) {
    return absl::InternalError("no model of a work item: " + row.subject);
  }
  return std::make_unique<ImportedModel>(tx, context, *std::move(found));
}

}  // namespace tunesmith::server
