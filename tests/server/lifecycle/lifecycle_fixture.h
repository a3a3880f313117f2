#ifndef TUNESMITH_TESTS_SERVER_LIFECYCLE_LIFECYCLE_FIXTURE_H_
#define TUNESMITH_TESTS_SERVER_LIFECYCLE_LIFECYCLE_FIXTURE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "server/catalog/dataset_catalog.h"
#include "server/catalog/model_catalog.h"
#include "server/lifecycle/catalog_commands.h"
#include "server/lifecycle/job_commands.h"
#include "server/lifecycle/job_table.h"
#include "server/lifecycle/mutation.h"
#include "server/lifecycle/place_faults.h"
#include "server/lifecycle/work_commands.h"
#include "tests/server/jobs/sample_spec.h"
#include "tests/server/testing/test_store.h"

namespace tunesmith::server {

// Writes down what it hears.
class RecordingObserver : public LifecycleObserver {
 public:
  void OnWorkAvailable() override { ++work_available; }
  void OnAssignmentsChanged(const std::string& worker_id) override {
    workers.push_back(worker_id);
  }
  void OnArtifactReleased(const std::string& key) override {
    released.push_back(key);
  }
  void OnArtifactGroupClosed(const std::string& group) override {
    closed.push_back(group);
  }
  void OnJobCreated() override { ++created; }
  void OnJobStarted(absl::Duration queue_wait) override {
    waits.push_back(queue_wait);
  }
  void OnJobEnded(v1::Job::State state, v1::ErrorReason reason,
                  absl::Duration) override {
    ended.emplace_back(state, reason);
  }

  void OnPlaceWorked(const std::string& worker_id) override {
    worked.push_back(worker_id);
  }
  void OnPlaceFailed(const std::string& worker_id, v1::PlaceFault fault,
                     const std::string&) override {
    failed.emplace_back(worker_id, fault);
  }

  int work_available = 0;
  int created = 0;
  std::vector<std::string> workers;
  std::vector<std::string> released;
  std::vector<std::string> closed;
  std::vector<absl::Duration> waits;
  std::vector<std::pair<v1::Job::State, v1::ErrorReason>> ended;
  std::vector<std::string> worked;
  std::vector<std::pair<std::string, v1::PlaceFault>> failed;
};

// A control plane without processes: a store in memory, a fake clock, and
// the test itself in the part of users and workers.
class TestControlPlane {
 public:
  TestControlPlane() {
    context.hub = &hub;
    context.leases = &leases;
    context.observer = &observer;
    context.places = &places;
    context.new_uid = [this] { return absl::StrFormat("%032x", ++uids_); };
  }

  // One command in a write of its own.
  template <typename Command>
  auto Run(Command command) {
    using Result = decltype(command(std::declval<Transaction&>()));
    if constexpr (std::is_same_v<Result, absl::Status>) {
      return store.Write(std::move(command));
    } else {
      Result result = absl::UnknownError("not run");
      absl::Status status = store.Write([&](Transaction& tx) {
        result = command(tx);
        return result.status();
      });
      return status.ok() ? std::move(result) : Result(status);
    }
  }
  template <typename Query>
  auto Ask(Query query) {
    decltype(query(std::declval<Connection&>())) result =
        absl::UnknownError("not run");
    store.store->ReadNow([&](Connection& db) { result = query(db); });
    return result;
  }

  // One of the functions of job_commands.h as a client calls it: through the
  // gate of changes.
  template <typename Answer, typename Request>
  absl::StatusOr<Answer> Change(
      const Request& request,
      absl::StatusOr<Answer> (*change)(Transaction&, const LifecycleContext&,
                                       const std::string&, const Request&)) {
    return Run([&](Transaction& tx) {
      return AnswerOnce<Answer>(tx, MutationOf(kCaller, request), [&] {
        return change(tx, context, kTenant, request);
      });
    });
  }

  // Inputs that are still to be looked at.
  absl::StatusOr<v1::Model> Import(const std::string& id);
  absl::StatusOr<v1::Dataset> Upload(const std::string& id);
  // Inputs that are READY.
  void AddModel(const std::string& id);
  void AddDataset(const std::string& id, const v1::Dataset& facts);
  // models/bert and datasets/train with labels "neg" and "pos".
  void AddInputs();

  absl::StatusOr<v1::CreateJobResponse> Create(
      const v1::CreateJobRequest& request) {
    return Change<v1::CreateJobResponse>(request, CreateJob);
  }
  absl::StatusOr<v1::Job> Cancel(const std::string& id,
                                 const std::string& etag = "") {
    v1::CancelJobRequest request;
    request.set_name("jobs/" + id);
    request.set_etag(etag);
    return Change<v1::Job>(request, CancelJob);
  }
  absl::StatusOr<v1::Job> Pause(const std::string& id) {
    v1::PauseJobRequest request;
    request.set_name("jobs/" + id);
    return Change<v1::Job>(request, PauseJob);
  }
  absl::StatusOr<v1::Job> Fork(const v1::ForkJobRequest& request) {
    return Change<v1::Job>(request, ForkJob);
  }
  absl::StatusOr<v1::Job> Verify(const v1::VerifyJobRequest& request) {
    return Change<v1::Job>(request, VerifyJob);
  }
  absl::StatusOr<v1::Job> Reproduce(const std::string& id,
                                    const std::string& new_id) {
    v1::ReproduceJobRequest request;
    request.set_name("jobs/" + id);
    request.set_job_id(new_id);
    return Change<v1::Job>(request, ReproduceJob);
  }
  absl::StatusOr<v1::Job> Resume(const std::string& id) {
    v1::ResumeJobRequest request;
    request.set_name("jobs/" + id);
    return Change<v1::Job>(request, ResumeJob);
  }
  absl::Status Delete(const std::string& id, const std::string& etag = "") {
    v1::DeleteJobRequest request;
    request.set_name("jobs/" + id);
    request.set_etag(etag);
    return Run([&](Transaction& tx) {
      return DeleteJob(tx, context, kTenant, request);
    });
  }

  // Leases the next item; what the worker would get.
  std::optional<WorkRow> Lease(v1::Slot::Purpose purpose = v1::Slot::TRAINING,
                               int slot = 0, const std::string& worker = "w1");
  absl::StatusOr<int64_t> Report(
      const LeaseKey& lease,
      const std::vector<internal::v1::WorkEvent>& events) {
    return Run([&](Transaction& tx) {
      return ApplyWorkEvents(tx, context, lease, events);
    });
  }
  absl::Status Expire(const LeaseKey& lease) {
    return Run([&](Transaction& tx) {
      return ExpireLease(tx, context, lease, "the worker was lost");
    });
  }

  // The job as a user sees it; dies when there is none.
  v1::Job Job(const std::string& id) {
    return Ask([&](Connection& db) { return JobTable::Get(db, kTenant, id); })
        .value()
        .job;
  }
  std::vector<v1::JobEvent> Events(const v1::Job& job) {
    return Ask([&](Connection& db) {
             return EventLog::Read(db, {kTenant, job.uid()}, 0, 100000);
           })
        .value();
  }
  std::optional<WorkRow> WorkOf(const std::string& uid) {
    return Ask([&](Connection& db) {
             return WorkQueue::FindBySubject(db, kTenant, uid);
           })
        .value();
  }
  v1::Dataset Dataset(const std::string& id) {
    return Ask([&](Connection& db) {
             return DatasetCatalog::Get(db, kTenant, id);
           })
        .value()
        .dataset;
  }
  absl::StatusOr<ModelRow> FindModel(const std::string& id) {
    return Ask(
        [&](Connection& db) { return ModelCatalog::Get(db, kTenant, id); });
  }

  static constexpr char kTenant[] = "default";
  inline static const Caller kCaller = {
      .tenant = kTenant, .principal = "ann", .peer = "ipv4:127.0.0.1:5000"};

  TestStore store;
  WatchHub hub;
  LeaseTable leases;
  PlaceFaults places;
  RecordingObserver observer;
  LifecycleContext context;

 private:
  int uids_ = 0;
};

// A request for SampleSpec under an id.
v1::CreateJobRequest JobRequest(const std::string& id);

// Events as a trainer makes them.
internal::v1::WorkEvent MetricEvent(int64_t sequence, int64_t step,
                                    double value);
internal::v1::WorkEvent FailureEvent(int64_t sequence, v1::ErrorReason reason,
                                     bool retryable);
internal::v1::WorkEvent PlaceFaultEvent(int64_t sequence, v1::PlaceFault fault);
internal::v1::WorkEvent SuspendedEvent(int64_t sequence);
// A checkpoint where `row` says; its digest is that of the step.
internal::v1::WorkEvent CheckpointEvent(int64_t sequence, const WorkRow& row,
                                        int64_t step, bool best = false);
// The end of a job that repeats a stretch.
internal::v1::WorkEvent StretchEvent(int64_t sequence);
// The result where `row` says.
internal::v1::WorkEvent SuccessEvent(int64_t sequence, const WorkRow& row);
internal::v1::WorkEvent InspectedEvent(int64_t sequence,
                                       const v1::Dataset& facts);
internal::v1::WorkEvent ImportedEvent(int64_t sequence);

}  // namespace tunesmith::server

#endif  // TUNESMITH_TESTS_SERVER_LIFECYCLE_LIFECYCLE_FIXTURE_H_
