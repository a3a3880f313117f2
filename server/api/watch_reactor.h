#ifndef TUNESMITH_SERVER_API_WATCH_REACTOR_H_
#define TUNESMITH_SERVER_API_WATCH_REACTOR_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "grpcpp/support/server_callback.h"
#include "proto/contract/base/mutex.h"
#include "server/api/context.h"
#include "server/events/watch_hub.h"
#include "server/store/store.h"
#include "tunesmith/v1/job_service.pb.h"

namespace tunesmith::server {

// One WatchJob call. It subscribes to the hub before it reads, so that it
// misses nothing, and pages through the event log at the client's pace: one
// page in memory, one write in flight, and of the progress only the newest.
//
// Called by gRPC, by the hub and by readers; all of them only note what came
// and then call Advance, which decides on the next action under the mutex and
// takes it outside. Holds itself until gRPC is done with it.
class WatchReactor final
    : public grpc::ServerWriteReactor<v1::WatchJobResponse>,
      public JobWatcher,
      public std::enable_shared_from_this<WatchReactor> {
 public:
  static WatchReactor* Start(const ApiContext& api, const std::string& tenant,
                             const v1::WatchJobRequest& request);
  ~WatchReactor() override = default;

  void OnEvents() override;
  void OnProgress(const v1::Progress& progress) override;
  void OnShutdown() override;

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  enum class State {
    // Finds the job by name.
    kResolving,
    // Nothing to do until the hub calls.
    kIdle,
    // A page of events is being read.
    kReading,
    // A message is on its way.
    kWriting,
    // The call has its status.
    kFinished,
  };
  enum class Action { kNone, kRead, kWrite, kFinish };

  // What one read gave.
  struct Page {
    std::vector<v1::JobEvent> events;
    // There are more than fit on it.
    bool more = false;
    // The job has ended with these.
    bool last = false;
  };

  WatchReactor(const ApiContext& api, int64_t after_sequence);

  void Resolve(const std::string& tenant, const std::string& id);
  // On a reader's thread: the job's key, or why there is none.
  absl::Status FindJob(Connection& db, const std::string& tenant,
                       const std::string& id);
  void ReadPage(Connection& db);
  absl::Status LoadPage(Connection& db, Page& page);

  void Advance();
  Action Decide() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The call ends with `status` as soon as nothing is in flight; the first
  // status wins.
  void End(absl::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ApiContext& api_;
  std::shared_ptr<WatchReactor> self_;
  // Set while resolving, constant afterwards.
  JobKey job_;

  Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kResolving;
  // Sequence of the newest event that was read.
  int64_t cursor_ ABSL_GUARDED_BY(mutex_);
  bool has_news_ ABSL_GUARDED_BY(mutex_) = true;
  // The job has ended and its last event was read.
  bool at_end_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<v1::JobEvent> events_ ABSL_GUARDED_BY(mutex_);
  std::optional<v1::Progress> progress_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
  // Changed only while nothing is in flight.
  v1::WatchJobResponse message_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_WATCH_REACTOR_H_
