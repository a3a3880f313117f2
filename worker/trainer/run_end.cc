#include "worker/trainer/run_end.h"

#include "proto/contract/base/reason.h"

namespace tunesmith::worker {

RunEnd::RunEnd(const internal::v1::TrainWork& work, const WorkContext& context)
    : context_(context) {
  if (work.run_time_left_seconds() > 0) {
    deadline_ =
        context.clock.Monotonic() + absl::Seconds(work.run_time_left_seconds());
  }
}

bool RunEnd::IsOutOfTime() const {
  return deadline_.has_value() && context_.clock.Monotonic() >= *deadline_;
}

absl::Status RunEnd::CauseOf(const absl::Status& status) const {
  if (!absl::IsCancelled(status) || !IsOutOfTime() ||
      context_.stop_request() != StopRequest::kNone) {
    return status;
  }
  return ReasonedError(absl::StatusCode::kDeadlineExceeded, "RUN_TIME_EXCEEDED",
                       "the job ran longer than its max_run_time");
}

}  // namespace tunesmith::worker
