#ifndef TUNESMITH_SERVER_API_JOB_VIEW_H_
#define TUNESMITH_SERVER_API_JOB_VIEW_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/api/context.h"
#include "server/api/queue_view.h"
#include "server/store/connection.h"
#include "tunesmith/v1/job.pb.h"

namespace tunesmith::server {

// Completes stored jobs with what is not stored: why they wait and how far
// they are. One for each read. Not thread-safe.
class JobView {
 public:
  // Not owned; outlive the view.
  JobView(Connection& db, const ApiContext& api, absl::Time now);

  // Sets `wait`, `progress`, and in the resolved spec what the server decides
  // anew with each of its starts.
  absl::Status Complete(v1::Job& job);

 private:
  void CompleteSpec(v1::Job& job) const;
  absl::Status CompleteQueued(v1::Job& job);
  absl::Status CompleteValidating(v1::Job& job);

  Connection& db_;
  const ApiContext& api_;
  QueueView queue_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_JOB_VIEW_H_
