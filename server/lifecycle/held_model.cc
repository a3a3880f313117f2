#include <string>

#include "proto/contract/error.h"
#include "server/lifecycle/work_subject.h"
#include "server/predictions/prediction_desk.h"

namespace tunesmith::server {
namespace {

// A model that a worker holds to answer predictions. No record changes; the
// desk is told after the commit.
class HeldModel : public WorkSubject {
 public:
  HeldModel(Transaction& tx, const LifecycleContext& context,
            const WorkRow& row)
      : tx_(tx), desk_(context.predictions), row_(row) {}

  absl::Status Start() override {
    tx_.OnCommit(
        [desk = desk_, uid = row_.uid, fence = row_.fence,
         worker = row_.worker_id] { desk->OnLeased(uid, fence, worker); });
    return absl::OkStatus();
  }

  absl::Status Record(const internal::v1::WorkEvent&) override {
    return absl::OkStatus();
  }

  absl::Status CheckResult(
      const internal::v1::Outcome& outcome) const override {
    if (outcome.has_predict()) return absl::OkStatus();
    return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                     "the worker ended predictions without saying so");
  }

  absl::Status Succeed(const internal::v1::Outcome&) override {
    return TellEnd(absl::OkStatus());
  }

  absl::Status Retry(const absl::Status&) override { return TellReleased(); }
  // Before it had the model.
  absl::Status Suspend() override { return TellReleased(); }
  absl::Status Fail(const absl::Status& cause) override {
    return TellEnd(cause);
  }
  absl::Status Save() override { return absl::OkStatus(); }

 private:
  absl::Status TellReleased() {
    tx_.OnCommit([desk = desk_, uid = row_.uid] { desk->OnReleased(uid); });
    return absl::OkStatus();
  }

  absl::Status TellEnd(const absl::Status& status) {
    tx_.OnCommit(
        [desk = desk_, uid = row_.uid, status] { desk->OnEnded(uid, status); });
    return absl::OkStatus();
  }

  Transaction& tx_;
  PredictionDesk* const desk_;
  const WorkRow& row_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<WorkSubject>> LoadHeldModel(
    Transaction& tx, const LifecycleContext& context, const WorkRow& row) {
  return std::make_unique<HeldModel>(tx, context, row);
}

}  // namespace tunesmith::server
