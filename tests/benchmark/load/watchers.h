#ifndef TUNESMITH_TESTS_BENCHMARK_LOAD_WATCHERS_H_
#define TUNESMITH_TESTS_BENCHMARK_LOAD_WATCHERS_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "grpcpp/grpcpp.h"
#include "tests/benchmark/load/latencies.h"
#include "tunesmith/v1/job_service.grpc.pb.h"

namespace tunesmith::load {

// What all watchers of a run see together. Thread-safe.
struct Seen {
  // Their streams began: the first event came.
  std::atomic<int64_t> begun{0};
  std::atomic<int64_t> events{0};
  // Sequences that were missing or came twice.
  std::atomic<int64_t> gaps{0};
  // From what a metric says was its time to its arrival.
  Latencies delays;
};

// One stream of WatchJob.
class Watcher final : public grpc::ClientReadReactor<v1::WatchJobResponse> {
 public:
  // `stub` and `seen` outlive it.
  Watcher(v1::JobService::Stub* stub, const std::string& job, Seen* seen);
  // Ends the stream.
  ~Watcher() override;

  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  Seen* const seen_;
  v1::WatchJobRequest request_;
  grpc::ClientContext context_;
  v1::WatchJobResponse response_;
  int64_t cursor_ = 0;
  Mutex mutex_;
  CondVar changed_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace tunesmith::load

#endif  // TUNESMITH_TESTS_BENCHMARK_LOAD_WATCHERS_H_
