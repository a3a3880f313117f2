#ifndef TUNESMITH_SERVER_LIFECYCLE_JOB_CHANGE_H_
#define TUNESMITH_SERVER_LIFECYCLE_JOB_CHANGE_H_

#include <string>

#include "absl/status/status.h"
#include "server/events/event_log.h"
#include "server/jobs/transitions.h"
#include "server/lifecycle/context.h"
#include "server/store/store.h"
#include "tunesmith/v1/event.pb.h"
#include "tunesmith/v1/job.pb.h"

namespace tunesmith::server {

// One command's change of one job: state, events and record together. Save
// ends it. Lives inside one transaction.
class JobChange {
 public:
  // `job` as it is stored. Keeps references to both.
  JobChange(Transaction& tx, const LifecycleContext& context, v1::Job job);

  const v1::Job& job() const { return job_; }
  // For every field but state, error and the times that Move sets.
  v1::Job& mutable_job() { return job_; }

  // The first event of a job whose row was inserted.
  absl::Status RecordCreation();

  // Takes the job to where `action` leads, with an event. `cause` becomes the
  // job's error when it FAILED. FAILED_PRECONDITION (ILLEGAL_TRANSITION).
  absl::Status Move(JobAction action, const absl::Status& cause,
                    const std::string& message);

  // Sets the event's attempt.
  absl::Status Append(v1::JobEvent event);

  // Writes the record where it changed, and wakes watchers after the commit
  // where an event was added.
  absl::Status Save();

 private:
  JobKey key() const { return {job_.tenant(), job_.uid()}; }
  absl::Status AppendStateChange(v1::Job::State from, const absl::Status& cause,
                                 const std::string& message);
  void End(const absl::Status& cause);

  Transaction& tx_;
  const LifecycleContext& context_;
  // As it was read, to see what changed.
  const v1::Job before_;
  v1::Job job_;
  bool has_new_events_ = false;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_JOB_CHANGE_H_
