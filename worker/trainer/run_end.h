#ifndef TUNESMITH_WORKER_TRAINER_RUN_END_H_
#define TUNESMITH_WORKER_TRAINER_RUN_END_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "worker/trainer/work_context.h"

namespace tunesmith::worker {

// What may end a job's run before it is done: somebody's request, or the job's
// max_run_time.
class RunEnd {
 public:
  // The time begins now; `context` outlives this object.
  RunEnd(const internal::v1::TrainWork& work, const WorkContext& context);

  bool IsOutOfTime() const;
  bool ShouldStop() const {
    return context_.stop_request() != StopRequest::kNone || IsOutOfTime();
  }

  // Whether a run that ended with `status`, and has no checkpoint, is to be
  // begun anew.
  bool IsSuspended(const absl::Status& status) const {
    return absl::IsCancelled(status) &&
           context_.stop_request() == StopRequest::kCheckpoint;
  }

  // What a run that ended with `status` ended for: DEADLINE_EXCEEDED with
  // reason RUN_TIME_EXCEEDED where nobody else stopped it.
  absl::Status CauseOf(const absl::Status& status) const;

 private:
  const WorkContext& context_;
  // On the clock's monotonic time.
  std::optional<absl::Duration> deadline_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_RUN_END_H_
