#include "server/jobs/transitions.h"

#include <string>

#include "proto/contract/error.h"

namespace tunesmith::server {
namespace {

using v1::Job;

// A job that was asked to stop ends CANCELLED, whatever its attempt did last:
// CANCELLING knows no kSucceed, kFail or kRetry, only kStopped.
constexpr JobTransition kTransitions[] = {
    {Job::VALIDATING, JobAction::kResolve, Job::QUEUED},
    {Job::VALIDATING, JobAction::kReject, Job::FAILED},
    {Job::VALIDATING, JobAction::kCancel, Job::CANCELLED},

    {Job::QUEUED, JobAction::kLease, Job::RUNNING},
    {Job::QUEUED, JobAction::kFail, Job::FAILED},
    {Job::QUEUED, JobAction::kCancel, Job::CANCELLED},
    {Job::QUEUED, JobAction::kPause, Job::PAUSED},

    {Job::RUNNING, JobAction::kRetry, Job::QUEUED},
    {Job::RUNNING, JobAction::kSucceed, Job::SUCCEEDED},
    {Job::RUNNING, JobAction::kFail, Job::FAILED},
    {Job::RUNNING, JobAction::kCancel, Job::CANCELLING},
    {Job::RUNNING, JobAction::kPause, Job::PAUSING},
    {Job::RUNNING, JobAction::kSuspended, Job::QUEUED},

    {Job::PAUSING, JobAction::kSuspended, Job::PAUSED},
    {Job::PAUSING, JobAction::kRetry, Job::PAUSED},
    {Job::PAUSING, JobAction::kSucceed, Job::SUCCEEDED},
    {Job::PAUSING, JobAction::kFail, Job::FAILED},
    {Job::PAUSING, JobAction::kPause, Job::PAUSING},
    {Job::PAUSING, JobAction::kCancel, Job::CANCELLING},

    {Job::PAUSED, JobAction::kPause, Job::PAUSED},
    {Job::PAUSED, JobAction::kResume, Job::QUEUED},
    {Job::PAUSED, JobAction::kCancel, Job::CANCELLED},

    {Job::CANCELLING, JobAction::kCancel, Job::CANCELLING},
    {Job::CANCELLING, JobAction::kStopped, Job::CANCELLED},

    {Job::SUCCEEDED, JobAction::kDelete, Job::STATE_UNSPECIFIED},

    {Job::FAILED, JobAction::kReopen, Job::QUEUED},
    {Job::FAILED, JobAction::kDelete, Job::STATE_UNSPECIFIED},

    {Job::CANCELLED, JobAction::kCancel, Job::CANCELLED},
    {Job::CANCELLED, JobAction::kReopen, Job::QUEUED},
    {Job::CANCELLED, JobAction::kDelete, Job::STATE_UNSPECIFIED},
};

}  // namespace

std::span<const JobTransition> JobTransitions() { return kTransitions; }

std::string_view JobActionName(JobAction action) {
  switch (action) {
    case JobAction::kResolve:
      return "resolve";
    case JobAction::kReject:
      return "reject";
    case JobAction::kLease:
      return "lease";
    case JobAction::kRetry:
      return "retry";
    case JobAction::kSucceed:
      return "succeed";
    case JobAction::kFail:
      return "fail";
    case JobAction::kCancel:
      return "cancel";
    case JobAction::kPause:
      return "pause";
    case JobAction::kResume:
      return "resume";
    case JobAction::kSuspended:
      return "suspend";
    case JobAction::kStopped:
      return "stop";
    case JobAction::kReopen:
      return "retry";
    case JobAction::kDelete:
      return "delete";
  }
  return "";
}

absl::StatusOr<Job::State> NextState(std::string_view job_name, Job::State from,
                                     JobAction action) {
  for (const JobTransition& transition : kTransitions) {
    if (transition.from == from && transition.action == action) {
      return transition.to;
    }
  }
  return IllegalTransitionError(job_name, v1::Job::State_Name(from),
                                JobActionName(action));
}

bool HoldsDevice(Job::State state) {
  return state == Job::RUNNING || state == Job::PAUSING ||
         state == Job::CANCELLING;
}

bool IsTerminal(Job::State state) {
  return state == Job::SUCCEEDED || state == Job::FAILED ||
         state == Job::CANCELLED;
}

}  // namespace tunesmith::server
