#ifndef TUNESMITH_SERVER_JOBS_TRANSITIONS_H_
#define TUNESMITH_SERVER_JOBS_TRANSITIONS_H_

#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "tunesmith/v1/job.pb.h"

namespace tunesmith::server {

// What can happen to a job.
enum class JobAction {
  // Its inputs are known and its spec is resolved.
  kResolve,
  // Its inputs failed, or its spec does not fit them.
  kReject,
  // A worker got a lease for it.
  kLease,
  // An attempt ended without a result; another one follows.
  kRetry,
  // An attempt delivered the result.
  kSucceed,
  // No further attempt.
  kFail,
  // Somebody asked to stop it.
  kCancel,
  // Somebody asked for its device; it is to go on later.
  kPause,
  // It is to go on now.
  kResume,
  // The running attempt has stopped at a checkpoint as asked.
  kSuspended,
  // The running attempt has stopped as asked, or is lost.
  kStopped,
  // It had ended, and is to go on.
  kReopen,
  // Its record is removed.
  kDelete,
};

inline constexpr JobAction kJobActions[] = {
    JobAction::kResolve,   JobAction::kReject,  JobAction::kLease,
    JobAction::kRetry,     JobAction::kSucceed, JobAction::kFail,
    JobAction::kCancel,    JobAction::kPause,   JobAction::kResume,
    JobAction::kSuspended, JobAction::kStopped, JobAction::kReopen,
    JobAction::kDelete};

// One legal step. kDelete leads to STATE_UNSPECIFIED: the job is gone.
struct JobTransition {
  v1::Job::State from;
  JobAction action;
  v1::Job::State to;
};

// The whole table; what is not in it is illegal.
std::span<const JobTransition> JobTransitions();

// "cancel", "delete", ...
std::string_view JobActionName(JobAction action);

// Where `action` leads from `from`. FAILED_PRECONDITION (ILLEGAL_TRANSITION)
// that names `job_name`, state and action.
absl::StatusOr<v1::Job::State> NextState(std::string_view job_name,
                                         v1::Job::State from, JobAction action);

bool IsTerminal(v1::Job::State state);

// Whether an attempt of the job runs.
bool HoldsDevice(v1::Job::State state);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_TRANSITIONS_H_
