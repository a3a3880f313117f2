#ifndef TUNESMITH_TESTS_BENCHMARK_LOAD_NO_OP_WORKER_H_
#define TUNESMITH_TESTS_BENCHMARK_LOAD_NO_OP_WORKER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "grpcpp/grpcpp.h"
#include "proto/contract/base/mutex.h"
#include "tunesmith/internal/v1/worker_session.grpc.pb.h"

namespace tunesmith::load {

// A worker that speaks the session's protocol and trains nothing: an item that
// it is given gets progress, a metric and a success at once, or stays until it
// is told to go on. Thread-safe.
class NoOpWorker final
    : public grpc::ClientBidiReactor<internal::v1::WorkerMessage,
                                     internal::v1::ServerMessage> {
 public:
  using Key = std::pair<std::string, int64_t>;

  struct Options {
    std::string id;
    int training_slots = 8;
    // Whether items end at once.
    bool finishes = true;
    // An item came; by the job's name.
    std::function<void(const std::string& job)> on_assigned =
        [](const std::string&) {};
    // The end of an item is stored.
    std::function<void()> on_finished = [] {};
  };

  NoOpWorker(std::shared_ptr<grpc::Channel> channel, Options options);
  // Ends the stream.
  ~NoOpWorker() override;

  // For every item that runs, a metric with this value.
  void SendMetrics(double value);
  // Ends what runs.
  void FinishAll();
  int running() const;
  // Why the stream ended, if it did.
  std::string error() const;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  struct Item {
    internal::v1::WorkItem work;
    int slot = 0;
    int64_t sequence = 0;
    // Sequence of the outcome; 0 before it.
    int64_t outcome = 0;
  };

  void Take(const internal::v1::DesiredState& desired);
  void Take(const internal::v1::Ack& ack);
  void SendEvents(Item& item, bool metric, bool outcome, double value)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Send(internal::v1::WorkerMessage message)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  internal::v1::WorkerMessage ReportNow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReportForEver();

  const Options options_;
  std::unique_ptr<internal::v1::WorkerSession::Stub> stub_;
  grpc::ClientContext context_;
  mutable Mutex mutex_;
  CondVar changed_;
  internal::v1::ServerMessage incoming_;
  internal::v1::WorkerMessage outgoing_;
  std::deque<internal::v1::WorkerMessage> queue_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::string error_ ABSL_GUARDED_BY(mutex_);
  std::map<Key, Item> items_ ABSL_GUARDED_BY(mutex_);
  std::thread reporter_;
};

}  // namespace tunesmith::load

#endif  // TUNESMITH_TESTS_BENCHMARK_LOAD_NO_OP_WORKER_H_
