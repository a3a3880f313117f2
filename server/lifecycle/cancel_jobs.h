#ifndef TUNESMITH_SERVER_LIFECYCLE_CANCEL_JOBS_H_
#define TUNESMITH_SERVER_LIFECYCLE_CANCEL_JOBS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/events/event_log.h"
#include "server/lifecycle/context.h"
#include "server/store/store.h"
#include "tunesmith/v1/job_service.pb.h"

// Cancelling many jobs: they are looked for on a reader, so that a filter which
// few jobs match holds up no write, and cancelled in one write.

namespace tunesmith::server {

// Jobs of one call at most.
inline constexpr int kMaxCancelledJobs = 1000;

// Jobs that can be cancelled; their names are `jobs/{job}`.
struct CancellableJobs {
  std::vector<JobKey> keys;
  std::vector<std::string> names;
  // There are others.
  bool more = false;
};

// What is wrong with the request; OK when it can be answered.
absl::Status CheckCancelJobs(const v1::CancelJobsRequest& request);

// Those that the request, which is sound, asks for and that have not ended nor
// are being cancelled; the oldest first. NOT_FOUND (RESOURCE_NOT_FOUND) where
// it names one that does not exist.
absl::StatusOr<CancellableJobs> FindCancellableJobs(
    Connection& db, const std::string& tenant,
    const v1::CancelJobsRequest& request);

// Cancels those of them that can still be.
absl::StatusOr<v1::CancelJobsResponse> CancelJobs(
    Transaction& tx, const LifecycleContext& context,
    const CancellableJobs& jobs);

// Takes a job, as it is stored, to CANCELLED or CANCELLING; changes nothing
// where it is there. FAILED_PRECONDITION (ILLEGAL_TRANSITION).
absl::StatusOr<v1::Job> CancelStoredJob(Transaction& tx,
                                        const LifecycleContext& context,
                                        v1::Job job);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_CANCEL_JOBS_H_
