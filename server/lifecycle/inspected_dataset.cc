#include <optional>
#include <string>
#include <utility>

#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "server/catalog/dataset_catalog.h"
#include "server/lifecycle/job_commands.h"
#include "server/lifecycle/wire_time.h"
#include "server/lifecycle/work_subject.h"

namespace tunesmith::server {
namespace {

// A dataset that a worker reads to find out its columns.
class InspectedDataset : public WorkSubject {
 public:
  InspectedDataset(Transaction& tx, const LifecycleContext& context,
                   std::string tenant, v1::Dataset dataset)
      : tx_(tx),
        context_(context),
        tenant_(std::move(tenant)),
        dataset_(std::move(dataset)) {}

  // An earlier attempt's findings would come twice.
  absl::Status Start() override {
    dataset_.set_finding_count(0);
    return DatasetCatalog::ClearFindings(tx_, tenant_, dataset_.uid());
  }

  absl::Status Record(const internal::v1::WorkEvent& event) override {
    if (!event.has_finding()) return absl::OkStatus();
    dataset_.set_finding_count(dataset_.finding_count() + 1);
    return DatasetCatalog::AddFinding(tx_, tenant_, dataset_.uid(),
                                      event.finding());
  }

  absl::Status CheckResult(
      const internal::v1::Outcome& outcome) const override {
    if (outcome.has_inspect()) return absl::OkStatus();
    return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                     "the worker ended an inspection without its result");
  }

  absl::Status Succeed(const internal::v1::Outcome& outcome) override {
    const v1::Dataset& facts = outcome.inspect().facts();
    if (facts.has_format()) *dataset_.mutable_format() = facts.format();
    dataset_.set_row_count(facts.row_count());
    dataset_.set_unusable_row_count(facts.unusable_row_count());
    *dataset_.mutable_columns() = facts.columns();
    dataset_.set_finding_count(facts.finding_count());
    return End(v1::Dataset::READY);
  }

  absl::Status Retry(const absl::Status&) override { return absl::OkStatus(); }

  absl::Status Fail(const absl::Status& cause) override {
    *dataset_.mutable_error() = ToRpcStatus(cause);
    return End(v1::Dataset::FAILED);
  }

  absl::Status Save() override {
    TUNESMITH_RETURN_IF_ERROR(DatasetCatalog::Update(tx_, tenant_, dataset_));
    if (dataset_.state() == v1::Dataset::INSPECTING) return absl::OkStatus();
    return ResumeValidation(tx_, context_, tenant_, dataset_.uid());
  }

 private:
  absl::Status End(v1::Dataset::State state) {
    dataset_.set_state(state);
    *dataset_.mutable_inspect_time() = ToWireTime(tx_.now());
    return absl::OkStatus();
  }

  Transaction& tx_;
  const LifecycleContext& context_;
  const std::string tenant_;
  v1::Dataset dataset_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<WorkSubject>> LoadInspectedDataset(
    Transaction& tx, const LifecycleContext& context, const WorkRow& row) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::optional<DatasetRow> found,
      DatasetCatalog::FindByUid(tx.db(), row.tenant, row.subject_uid));
  if (!found.has_value()) {
    return absl::InternalError("no dataset of a work item: " + row.subject);
  }
  return std::make_unique<InspectedDataset>(tx, context, row.tenant,
                                            std::move(found->dataset));
}

}  // namespace tunesmith::server
