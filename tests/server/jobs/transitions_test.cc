#include "server/jobs/transitions.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "proto/contract/error.h"

namespace tunesmith::server {
namespace {

using v1::Job;

constexpr Job::State kStates[] = {Job::VALIDATING, Job::QUEUED, Job::RUNNING,
                                  Job::PAUSING,    Job::PAUSED, Job::CANCELLING,
                                  Job::SUCCEEDED,  Job::FAILED, Job::CANCELLED};

TEST(TransitionsTest, EveryStateAndActionIsAsDecided) {
  using A = JobAction;
  const std::map<std::pair<Job::State, A>, Job::State> expected = {
      {{Job::VALIDATING, A::kResolve}, Job::QUEUED},
      {{Job::VALIDATING, A::kReject}, Job::FAILED},
      {{Job::VALIDATING, A::kCancel}, Job::CANCELLED},
      {{Job::QUEUED, A::kLease}, Job::RUNNING},
      {{Job::QUEUED, A::kFail}, Job::FAILED},
      {{Job::QUEUED, A::kCancel}, Job::CANCELLED},
      {{Job::QUEUED, A::kPause}, Job::PAUSED},
      {{Job::RUNNING, A::kPause}, Job::PAUSING},
      {{Job::RUNNING, A::kSuspended}, Job::QUEUED},
      {{Job::PAUSING, A::kPause}, Job::PAUSING},
      {{Job::PAUSING, A::kSuspended}, Job::PAUSED},
      {{Job::PAUSING, A::kRetry}, Job::PAUSED},
      {{Job::PAUSING, A::kSucceed}, Job::SUCCEEDED},
      {{Job::PAUSING, A::kFail}, Job::FAILED},
      {{Job::PAUSING, A::kCancel}, Job::CANCELLING},
      {{Job::PAUSED, A::kPause}, Job::PAUSED},
      {{Job::PAUSED, A::kResume}, Job::QUEUED},
      {{Job::PAUSED, A::kCancel}, Job::CANCELLED},
      {{Job::RUNNING, A::kRetry}, Job::QUEUED},
      {{Job::RUNNING, A::kSucceed}, Job::SUCCEEDED},
      {{Job::RUNNING, A::kFail}, Job::FAILED},
      {{Job::RUNNING, A::kCancel}, Job::CANCELLING},
      {{Job::CANCELLING, A::kCancel}, Job::CANCELLING},
      {{Job::CANCELLING, A::kStopped}, Job::CANCELLED},
      {{Job::SUCCEEDED, A::kDelete}, Job::STATE_UNSPECIFIED},
      {{Job::FAILED, A::kDelete}, Job::STATE_UNSPECIFIED},
      {{Job::FAILED, A::kReopen}, Job::QUEUED},
      {{Job::CANCELLED, A::kReopen}, Job::QUEUED},
      {{Job::CANCELLED, A::kCancel}, Job::CANCELLED},
      {{Job::CANCELLED, A::kDelete}, Job::STATE_UNSPECIFIED},
  };
  for (Job::State state : kStates) {
    for (JobAction action : kJobActions) {
      SCOPED_TRACE(Job::State_Name(state) + " " +
                   std::string(JobActionName(action)));
      absl::StatusOr<Job::State> next = NextState("jobs/a", state, action);
      auto it = expected.find({state, action});
      if (it == expected.end()) {
        EXPECT_EQ(next.status().code(), absl::StatusCode::kFailedPrecondition);
        EXPECT_EQ(ErrorReasonOf(next.status()),
                  v1::ERROR_REASON_ILLEGAL_TRANSITION);
      } else {
        ASSERT_TRUE(next.ok()) << next.status();
        EXPECT_EQ(*next, it->second);
      }
    }
  }
  EXPECT_EQ(JobTransitions().size(), expected.size());
}

TEST(TransitionsTest, TerminalStatesAreThoseThatCanBeDeleted) {
  for (Job::State state : kStates) {
    EXPECT_EQ(IsTerminal(state),
              NextState("jobs/a", state, JobAction::kDelete).ok())
        << Job::State_Name(state);
  }
}

TEST(TransitionsTest, TheErrorNamesJobStateAndAction) {
  EXPECT_EQ(NextState("jobs/a", Job::SUCCEEDED, JobAction::kCancel)
                .status()
                .message(),
            "cannot cancel jobs/a in state SUCCEEDED");
}

}  // namespace
}  // namespace tunesmith::server
