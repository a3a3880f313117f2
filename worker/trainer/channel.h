#ifndef TUNESMITH_WORKER_TRAINER_CHANNEL_H_
#define TUNESMITH_WORKER_TRAINER_CHANNEL_H_

#include <atomic>
#include <deque>
#include <functional>
#include <optional>
#include <thread>

#include "absl/time/time.h"
#include "proto/contract/base/mutex.h"
#include "tunesmith/internal/v1/trainer_channel.pb.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// The trainer's end of the socket pair with its agent: one thread reads, one
// writes, at least a message without a kind every kBeatInterval, by which the
// agent knows that this process lives, however long a step takes. Progress
// keeps only the newest; events are never dropped, so Send waits while
// kMaxQueuedEvents are unwritten. Thread-safe.
class AgentChannel {
 public:
  static constexpr size_t kMaxQueuedEvents = 1024;
  // An agent that sends more before they are answered breaks the protocol.
  static constexpr size_t kMaxQueuedBatches = 16;

  static constexpr absl::Duration kBeatInterval = absl::Seconds(1);

  // Takes over the socket. `on_agent_gone` is called, on a thread of the
  // channel, when the agent closes its end or breaks the protocol while this
  // object lives; nothing that is sent afterwards arrives.
  AgentChannel(int fd, std::function<void()> on_agent_gone);
  // Writes what is queued, then closes.
  ~AgentChannel();
  AgentChannel(const AgentChannel&) = delete;
  AgentChannel& operator=(const AgentChannel&) = delete;

  void SendReady(const std::string& device);
  void SendProgress(tunesmith::v1::Progress progress);
  void SendEvent(internal::v1::WorkEvent event);
  void SendPredicted(const internal::v1::PredictBatchResult& result);

  // Waits for the assignment; nothing when the agent is gone.
  std::optional<internal::v1::TrainerAssignment> WaitForAssignment();

  // Waits so long for a batch of samples; nothing when none came, when there is
  // a stop request, or when the agent is gone.
  std::optional<internal::v1::PredictBatch> NextBatch(absl::Duration patience);

  // What the agent asked for; a cancel overrides a suspend.
  StopRequest stop_request() const { return stop_.load(); }

 private:
  void Read();
  void Write();
  void Enqueue(internal::v1::TrainerMessage message);
  void TakeStop(StopRequest request);
  // Waits for something to write, or for the time of a sign of life, which has
  // no kind; false when there is nothing more to come.
  bool NextMessage(internal::v1::TrainerMessage& message);
  // Returns false when the agent broke the protocol.
  bool Take(internal::v1::AgentMessage message);
  void LoseAgent();

  const int fd_;
  const std::function<void()> on_agent_gone_;
  std::atomic<StopRequest> stop_{StopRequest::kNone};
  mutable Mutex mutex_;
  CondVar changed_;
  std::optional<internal::v1::TrainerAssignment> assignment_
      ABSL_GUARDED_BY(mutex_);
  bool assigned_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<internal::v1::PredictBatch> batches_ ABSL_GUARDED_BY(mutex_);
  std::deque<internal::v1::TrainerMessage> queue_ ABSL_GUARDED_BY(mutex_);
  std::optional<tunesmith::v1::Progress> progress_ ABSL_GUARDED_BY(mutex_);
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool agent_gone_ ABSL_GUARDED_BY(mutex_) = false;
  // Last: they use what is above.
  std::thread reader_;
  std::thread writer_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_CHANNEL_H_
