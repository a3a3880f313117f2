#ifndef TUNESMITH_SERVER_LIFECYCLE_WORK_SUBJECT_H_
#define TUNESMITH_SERVER_LIFECYCLE_WORK_SUBJECT_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/lifecycle/context.h"
#include "server/store/store.h"
#include "server/work/work_queue.h"
#include "tunesmith/internal/v1/work.pb.h"

namespace tunesmith::server {

// What is behind a leased work item: a job, a dataset, a model, a call. Says
// what an attempt's begin, reports and end mean for it. Lives inside one
// transaction; Save ends it.
class WorkSubject {
 public:
  virtual ~WorkSubject() = default;

  // The item was leased just now.
  virtual absl::Status Start() = 0;

  // A report that is not an outcome. Kinds that mean nothing here are ignored.
  virtual absl::Status Record(const internal::v1::WorkEvent& event) = 0;

  // Whether somebody asked to end it: no attempt follows, no result is taken.
  virtual bool cancelled() const { return false; }

  // Why an outcome without error cannot be accepted.
  virtual absl::Status CheckResult(
      const internal::v1::Outcome& outcome) const = 0;
  // An outcome that CheckResult accepts.
  virtual absl::Status Succeed(const internal::v1::Outcome& outcome) = 0;

  // Why no further attempt may be made, although one is left.
  virtual absl::Status CheckRetry() { return absl::OkStatus(); }
  // Whether the next attempt will do something about the cause: then this one
  // does not count.
  virtual absl::StatusOr<bool> Adapt(const absl::Status& cause) {
    return false;
  }
  // The attempt failed and another one follows.
  virtual absl::Status Retry(const absl::Status& cause) = 0;
  // The attempt failed by its place and another one follows, elsewhere.
  virtual absl::Status Relocate(const absl::Status& cause) {
    return Retry(cause);
  }
  // The attempt ended at a checkpoint, as it was asked to.
  virtual absl::Status Suspend() { return absl::OkStatus(); }
  // After Retry, Relocate or Suspend: whether the next attempt waits until
  // somebody asks for it.
  virtual bool held() const { return false; }
  // It is asked to end its attempt at a checkpoint and give the slot to what
  // `by` names.
  virtual absl::Status Preempt(const std::string& by) {
    return absl::OkStatus();
  }
  // The last attempt failed.
  virtual absl::Status Fail(const absl::Status& cause) = 0;
  // The attempt of a cancelled one has ended.
  virtual absl::Status Stop() { return absl::OkStatus(); }

  virtual absl::Status Save() = 0;
};

// What `row`, which is leased, is for. Keeps references to all three.
absl::StatusOr<std::unique_ptr<WorkSubject>> LoadWorkSubject(
    Transaction& tx, const LifecycleContext& context, const WorkRow& row);

// One for each kind of work.
absl::StatusOr<std::unique_ptr<WorkSubject>> LoadTrainedJob(
    Transaction& tx, const LifecycleContext& context, const WorkRow& row);
absl::StatusOr<std::unique_ptr<WorkSubject>> LoadInspectedDataset(
    Transaction& tx, const LifecycleContext& context, const WorkRow& row);
absl::StatusOr<std::unique_ptr<WorkSubject>> LoadImportedModel(
    Transaction& tx, const LifecycleContext& context, const WorkRow& row);
absl::StatusOr<std::unique_ptr<WorkSubject>> LoadPreviewedPictures(
    Transaction& tx, const LifecycleContext& context, const WorkRow& row);
absl::StatusOr<std::unique_ptr<WorkSubject>> LoadHeldModel(
    Transaction& tx, const LifecycleContext& context, const WorkRow& row);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_WORK_SUBJECT_H_
