#include <string>
#include <utility>

#include "proto/contract/error.h"
#include "server/lifecycle/preview_calls.h"
#include "server/lifecycle/preview_commands.h"
#include "server/lifecycle/work_subject.h"

namespace tunesmith::server {
namespace {

// Pictures that somebody waits for. No record changes; the call is told after
// the commit.
class PreviewedPictures : public WorkSubject {
 public:
  PreviewedPictures(Transaction& tx, const LifecycleContext& context,
                    const WorkRow& row)
      : tx_(tx), context_(context), row_(row) {}

  absl::Status Start() override { return absl::OkStatus(); }

  absl::Status Record(const internal::v1::WorkEvent&) override {
    return absl::OkStatus();
  }

  absl::Status CheckResult(
      const internal::v1::Outcome& outcome) const override {
    if (!outcome.preview().png().empty()) return absl::OkStatus();
    return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                     "the worker ended a preview without its picture");
  }

  absl::Status Succeed(const internal::v1::Outcome& outcome) override {
    return Tell(outcome.preview());
  }

  // Nothing keeps the model and the dataset from being deleted meanwhile.
  absl::Status CheckRetry() override {
    return CheckPreviewInputs(tx_.db(), row_.tenant, row_.item.preview());
  }

  absl::Status Retry(const absl::Status&) override { return absl::OkStatus(); }

  absl::Status Fail(const absl::Status& cause) override {
    absl::Status gone = CheckRetry();
    return Tell(absl::IsNotFound(gone) ? gone : cause);
  }

  absl::Status Save() override { return absl::OkStatus(); }

 private:
  absl::Status Tell(PreviewCalls::Answer answer) {
    tx_.OnCommit([calls = context_.previews, uid = row_.uid,
                  answer = std::move(answer)]() mutable {
      calls->Resolve(uid, std::move(answer));
    });
    return absl::OkStatus();
  }

  Transaction& tx_;
  const LifecycleContext& context_;
  const WorkRow& row_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<WorkSubject>> LoadPreviewedPictures(
    Transaction& tx, const LifecycleContext& context, const WorkRow& row) {
  return std::make_unique<PreviewedPictures>(tx, context, row);
}

}  // namespace tunesmith::server
