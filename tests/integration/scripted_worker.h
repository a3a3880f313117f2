#ifndef TUNESMITH_TESTS_INTEGRATION_SCRIPTED_WORKER_H_
#define TUNESMITH_TESTS_INTEGRATION_SCRIPTED_WORKER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "proto/contract/base/mutex.h"
#include "tunesmith/internal/v1/worker_session.grpc.pb.h"

namespace tunesmith::testing {

// A worker without trainers: speaks the session's protocol and does what a
// test tells it to, previews too. Inspections and imports it answers by itself,
// unless told otherwise. Every wait has a deadline and fails the test.
class ScriptedWorker {
 public:
  using Assignment = internal::v1::DesiredState::Assignment;

  struct Options {
    std::string address;
    // Where results are written.
    std::string artifact_root;
    std::string worker_id = "scripted";
    int64_t boot_id = 1;
    // As workers of earlier releases by default.
    std::string instance_id = {};
    int training_slots = 1;
    int auxiliary_slots = 1;
    int prediction_slots = 0;
    // Whether inspections and imports end well by themselves.
    bool answers_auxiliary = true;
    // Whether the models that it imports are for pictures.
    bool imports_picture_networks = false;
    // The labels of the heads that those have.
    std::vector<std::string> head_labels = {};
    // Changes what it says of its slots.
    std::function<void(v1::Slot&)> describe_slot = [](v1::Slot&) {};
  };

  explicit ScriptedWorker(Options options);
  // Breaks the stream without a word, as a killed worker does.
  ~ScriptedWorker();
  ScriptedWorker(const ScriptedWorker&) = delete;
  ScriptedWorker& operator=(const ScriptedWorker&) = delete;

  // Where the server is after a restart. Not while connected.
  void set_address(const std::string& address);

  // Opens a stream and says Hello with what runs; returns after Welcome, or
  // with the stream's error.
  grpc::Status Connect();
  void Disconnect();

  // The desired state as soon as it satisfies `condition`.
  internal::v1::DesiredState AwaitDesired(
      const std::function<bool(const internal::v1::DesiredState&)>& condition);
  // Until the inspection or import of this subject has ended and is stored.
  void AwaitAnswered(const std::string& subject);
  // Until something with this subject should run here; it counts as running
  // from then on.
  Assignment AwaitWork(const std::string& subject);
  // Until the item should not run here any more.
  void AwaitGone(const Assignment& assignment);
  // Until it should be cancelled.
  void AwaitCancel(const Assignment& assignment);

  // Sends events with the next sequences.
  void Send(const Assignment& assignment,
            std::vector<internal::v1::WorkEvent> events);
  // Sends every event of the item again, as after a reconnect.
  void SendAgain(const Assignment& assignment);
  // Until the server has everything that was sent for the item, or says that
  // the lease is lost.
  internal::v1::Ack AwaitAck(const Assignment& assignment);

  // Says what runs, with this progress for one item.
  void Report(const Assignment& assignment, const v1::Progress& progress);

  // Says that these slots' devices failed, by index, and no others.
  void ReportOutOfService(const std::map<int, std::string>& reasons);

  // Ends a training well: writes a small model and reports it.
  void Succeed(const Assignment& assignment);
  void Fail(const Assignment& assignment, const absl::Status& error,
            bool retryable);
  void FailByPlace(const Assignment& assignment, v1::PlaceFault fault,
                   const std::string& message);

  // Says that the model of a PredictWork is loaded.
  void SayLoaded(const Assignment& assignment);
  // The next samples that came.
  internal::v1::PredictBatch AwaitBatch();
  // Answers each sample of a batch with this label.
  void Predict(const internal::v1::PredictBatch& batch,
               const std::string& label);

  // Until the server ended the stream.
  grpc::Status AwaitEnd();

 private:
  struct Running {
    Assignment assignment;
    std::vector<internal::v1::WorkEvent> events;
    std::optional<internal::v1::Ack> ack;
    v1::Progress progress;
  };
  using Stream = grpc::ClientReaderWriter<internal::v1::WorkerMessage,
                                          internal::v1::ServerMessage>;

  void ReadLoop(Stream* stream);
  void OnDesired(const internal::v1::DesiredState& desired);
  void AnswerAuxiliary(const Assignment& assignment);
  bool Write(const internal::v1::WorkerMessage& message);
  internal::v1::Hello MakeHello();
  void FillReport(internal::v1::Report& report)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  internal::v1::WorkerMessage EventsMessage(
      const Assignment& assignment,
      const std::vector<internal::v1::WorkEvent>& events);
  // Waits until `condition` holds; fails the test after a while.
  void Await(const char* what, const std::function<bool()>& condition)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  std::unique_ptr<internal::v1::WorkerSession::Stub> stub_;
  // Serializes writes; reads are the reader's alone.
  Mutex write_mutex_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<Stream> stream_;
  std::thread reader_;

  Mutex mutex_;
  CondVar changed_;
  bool welcomed_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status end_ ABSL_GUARDED_BY(mutex_);
  internal::v1::DesiredState desired_ ABSL_GUARDED_BY(mutex_);
  // Subjects of the inspections and imports that were answered, by item, and
  // of those whose end is stored.
  std::map<std::string, std::string> answered_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> stored_ ABSL_GUARDED_BY(mutex_);
  // Not taken by AwaitBatch.
  std::deque<internal::v1::PredictBatch> batches_ ABSL_GUARDED_BY(mutex_);
  // By item; what this boot has taken on.
  std::map<std::string, Running> running_ ABSL_GUARDED_BY(mutex_);
};

// What a subject is, from an item.
std::string SubjectOf(const internal::v1::WorkItem& item);

// An event that ends an item well or badly.
internal::v1::WorkEvent OutcomeEvent(const absl::Status& error, bool retryable);
internal::v1::WorkEvent LossEvent(int64_t step, double loss);

// What a worker finds in the model and the dataset of these tests.
internal::v1::ModelFacts TinyModelFacts();
internal::v1::ModelFacts TinyPictureNetworkFacts();
v1::Dataset TinyDatasetFacts();

}  // namespace tunesmith::testing

#endif  // TUNESMITH_TESTS_INTEGRATION_SCRIPTED_WORKER_H_
