#ifndef TUNESMITH_WORKER_AGENT_AGENT_OUTCOMES_H_
#define TUNESMITH_WORKER_AGENT_AGENT_OUTCOMES_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tunesmith/internal/v1/work.pb.h"

// Outcomes of items that no trainer reports.

namespace tunesmith::worker {

// It was cancelled before a trainer had it.
internal::v1::Outcome CancelledOutcome();

// It was asked to stop at a checkpoint before a trainer had it.
internal::v1::Outcome SuspendedOutcome();

// Its files could not be brought here.
internal::v1::Outcome StagingOutcome(const absl::Status& status);

internal::v1::WorkEvent OutcomeEvent(internal::v1::Outcome outcome,
                                     absl::Time now);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_AGENT_OUTCOMES_H_
