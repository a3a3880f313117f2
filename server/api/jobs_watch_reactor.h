#ifndef TUNESMITH_SERVER_API_JOBS_WATCH_REACTOR_H_
#define TUNESMITH_SERVER_API_JOBS_WATCH_REACTOR_H_

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/alarm.h"
#include "grpcpp/support/server_callback.h"
#include "proto/contract/base/mutex.h"
#include "server/api/context.h"
#include "server/events/watch_hub.h"
#include "server/lifecycle/job_list.h"
#include "server/store/store.h"
#include "tunesmith/v1/job_service.pb.h"

namespace tunesmith::server {

// One WatchJobs call. It subscribes to the hub before it reads, so that it
// misses nothing: first it pages through the list, then it reads those jobs
// again that the hub named meanwhile. Between two such reads lies a short time
// in which changes come together, and none begins before the client has taken
// what was read: a slow client gets the newest state of each job once. In
// memory are a few jobs, one write in flight, and the uids of jobs that
// changed.
//
// As WatchReactor: gRPC, the hub and readers only note what came and then call
// Advance. Holds itself until gRPC is done with it.
class JobsWatchReactor final
    : public grpc::ServerWriteReactor<v1::WatchJobsResponse>,
      public JobListWatcher,
      public std::enable_shared_from_this<JobsWatchReactor> {
 public:
  static JobsWatchReactor* Start(const ApiContext& api,
                                 const std::string& tenant,
                                 const v1::WatchJobsRequest& request);
  ~JobsWatchReactor() override = default;

  void OnJobChanged(const std::string& uid) override;
  void OnJobDeleted(const v1::Job& job) override;
  void OnShutdown() override;

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  enum class State {
    // Nothing to do until somebody calls.
    kIdle,
    // Jobs are being read.
    kReading,
    // A message is on its way.
    kWriting,
    // The call has its status.
    kFinished,
  };
  enum class Action {
    kNone,
    kReadList,
    kReadChanged,
    kSetAlarm,
    kWrite,
    kFinish
  };

  JobsWatchReactor(const ApiContext& api, const std::string& tenant,
                   const v1::WatchJobsRequest& request);

  void ReadList(Connection& db);
  absl::Status LoadList(Connection& db, std::vector<v1::Job>& jobs);
  void ReadChanged(Connection& db, const std::vector<std::string>& uids);
  absl::Status LoadChanged(Connection& db, const std::vector<std::string>& uids,
                           std::vector<v1::Job>& jobs);
  // What a read gave.
  void Take(const absl::Status& status, std::vector<v1::Job> jobs);

  void Advance();
  Action Decide() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Action DecideOnChanges() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<std::string> TakeChanged() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetAlarm();
  // Ends a call whose client is too far behind.
  void CheckBacklog() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The call ends with `status` as soon as nothing is in flight; the first
  // status wins.
  void End(absl::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ApiContext& api_;
  const std::string tenant_;
  const v1::JobFilter filter_;
  std::shared_ptr<JobsWatchReactor> self_;
  // Used by one read at a time.
  JobListQuery list_;

  Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kIdle;
  bool listed_ ABSL_GUARDED_BY(mutex_) = false;
  bool told_caught_up_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<v1::WatchJobsResponse> messages_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> changed_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> deleted_ ABSL_GUARDED_BY(mutex_);
  // Changes are not read before.
  SteadyTime next_read_ ABSL_GUARDED_BY(mutex_);
  bool alarm_is_set_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
  grpc::Alarm alarm_;
  // Changed only while nothing is in flight.
  v1::WatchJobsResponse message_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_JOBS_WATCH_REACTOR_H_
