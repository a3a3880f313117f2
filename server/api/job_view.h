#ifndef TUNESMITH_SERVER_API_JOB_VIEW_H_
#define TUNESMITH_SERVER_API_JOB_VIEW_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/api/worker_directory.h"
#include "server/events/watch_hub.h"
#include "server/store/store.h"
#include "server/work/work_queue.h"
#include "tunesmith/v1/job.pb.h"

namespace tunesmith::server {

// Completes stored jobs with what is not stored: why they wait and how far
// they are. One for each read; looks at queue and workers at most once, and
// only when a job needs it. Not thread-safe.
class JobView {
 public:
  // Not owned; outlive the view. `checkpoint_retention` is the server's.
  JobView(Connection& db, const WatchHub* hub, const WorkerDirectory* workers,
          std::optional<absl::Duration> checkpoint_retention, absl::Time now);

  // Sets `wait`, `progress`, and in the resolved spec what the server decides
  // anew with each of its starts.
  absl::Status Complete(v1::Job& job);

 private:
  void CompleteSpec(v1::Job& job) const;
  absl::Status LoadQueue();
  absl::Status CompleteQueued(v1::Job& job);
  absl::Status CompleteValidating(v1::Job& job);

  Connection& db_;
  const WatchHub* const hub_;
  const WorkerDirectory* const workers_;
  const std::optional<absl::Duration> checkpoint_retention_;
  const absl::Time now_;
  bool queue_loaded_ = false;
  // Training items that wait, in the order in which they go.
  std::vector<WorkRow> queue_;
  // Place in `queue_` by the job's uid.
  std::map<std::string, size_t> places_;
  std::vector<v1::Worker> known_workers_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_JOB_VIEW_H_
