#include "server/metrics/server_metrics.h"

#include <string>
#include <string_view>

#include "proto/contract/error.h"

namespace tunesmith::server {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildHistogram;
using prometheus::Counter;
using prometheus::Histogram;
using prometheus::Registry;

Counter& AddCounter(Registry& registry, const char* name, const char* help) {
  return BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

Histogram& AddHistogram(Registry& registry, const char* name, const char* help,
                        const Histogram::BucketBoundaries& bounds) {
  return BuildHistogram().Name(name).Help(help).Register(registry).Add({},
                                                                       bounds);
}

// Seconds; from a warm start to a week.
const Histogram::BucketBoundaries& JobBounds() {
  static const auto& bounds = *new Histogram::BucketBoundaries{
      0.1, 1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600};
  return bounds;
}

const Histogram::BucketBoundaries& CommitBounds() {
  static const auto& bounds = *new Histogram::BucketBoundaries{
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5};
  return bounds;
}

// "DISK".
std::string FaultLabel(v1::PlaceFault fault) {
  constexpr std::string_view kPrefix = "PLACE_FAULT_";
  return v1::PlaceFault_Name(fault).substr(kPrefix.size());
}

}  // namespace

ServerMetrics::ServerMetrics()
    : registry_(std::make_shared<Registry>()),
      submissions_(AddCounter(*registry_, "tunesmith_job_submissions_total",
                              "Jobs that were accepted.")),
      finished_(BuildCounter()
                    .Name("tunesmith_jobs_finished_total")
                    .Help("Jobs that ended, by state and error reason.")
                    .Register(*registry_)),
      queue_wait_(AddHistogram(*registry_, "tunesmith_job_queue_wait_seconds",
                               "From a job's creation to its first lease.",
                               JobBounds())),
      duration_(AddHistogram(*registry_, "tunesmith_job_duration_seconds",
                             "From a job's creation to its end.", JobBounds())),
      transactions_(AddCounter(*registry_, "tunesmith_store_transactions_total",
                               "Transactions of the store.")),
      writes_(AddCounter(*registry_, "tunesmith_store_writes_total",
                         "Writes in these transactions.")),
      commit_(AddHistogram(*registry_, "tunesmith_store_commit_seconds",
                           "Time of one transaction, the sync included.",
                           CommitBounds())),
      freed_(BuildCounter()
                 .Name("tunesmith_storage_freed_bytes_total")
                 .Help("Bytes of checkpoints and leftovers that were deleted, "
                       "by cause.")
                 .Register(*registry_)),
      place_faults_(BuildCounter()
                        .Name("tunesmith_worker_place_faults_total")
                        .Help("Attempts that failed by their worker, by fault.")
                        .Register(*registry_)) {
  for (v1::PlaceFault fault :
       {v1::PLACE_FAULT_STAGING, v1::PLACE_FAULT_DISK, v1::PLACE_FAULT_DEVICE,
        v1::PLACE_FAULT_START, v1::PLACE_FAULT_HANG}) {
    place_faults_.Add({{"fault", FaultLabel(fault)}});
  }
  finished_.Add({{"state", "SUCCEEDED"}, {"reason", ""}});
}

void ServerMetrics::JobCreated() { submissions_.Increment(); }

void ServerMetrics::JobStarted(absl::Duration queue_wait) {
  queue_wait_.Observe(absl::ToDoubleSeconds(queue_wait));
}

void ServerMetrics::JobEnded(v1::Job::State state, v1::ErrorReason reason,
                             absl::Duration duration) {
  // Unknown values have no name; they count as unspecified.
  std::string reason_name;
  if (reason != v1::ERROR_REASON_UNSPECIFIED &&
      v1::ErrorReason_IsValid(reason)) {
    reason_name = std::string(ErrorReasonName(reason));
  }
  finished_
      .Add({{"state", v1::Job::State_Name(state)}, {"reason", reason_name}})
      .Increment();
  duration_.Observe(absl::ToDoubleSeconds(duration));
}

void ServerMetrics::PlaceFailed(v1::PlaceFault fault) {
  place_faults_.Add({{"fault", FaultLabel(fault)}}).Increment();
}

void ServerMetrics::Committed(int writes, absl::Duration duration) {
  transactions_.Increment();
  writes_.Increment(writes);
  commit_.Observe(absl::ToDoubleSeconds(duration));
}

void ServerMetrics::Freed(const char* cause, int64_t bytes) {
  freed_.Add({{"cause", cause}}).Increment(static_cast<double>(bytes));
}

}  // namespace tunesmith::server
