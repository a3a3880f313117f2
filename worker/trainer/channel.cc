#include "worker/trainer/channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "absl/status/status.h"
#include "proto/contract/base/clock.h"
#include "proto/contract/frame.h"

namespace tunesmith::worker {

using internal::v1::AgentMessage;
using internal::v1::TrainerAssignment;
using internal::v1::TrainerMessage;
using internal::v1::WorkEvent;

AgentChannel::AgentChannel(int fd, std::function<void()> on_agent_gone)
    : fd_(fd),
      on_agent_gone_(std::move(on_agent_gone)),
      reader_([this] { Read(); }),
      writer_([this] { Write(); }) {}

AgentChannel::~AgentChannel() {
  {
    MutexLock lock(&mutex_);
    closing_ = true;
    changed_.SignalAll();
  }
  writer_.join();
  // Wakes the reader; what was written stays readable at the other end.
  shutdown(fd_, SHUT_RDWR);
  reader_.join();
  close(fd_);
}

void AgentChannel::SendReady(const std::string& device) {
  TrainerMessage message;
  message.mutable_ready()->set_device(device);
  Enqueue(std::move(message));
}

void AgentChannel::SendProgress(tunesmith::v1::Progress progress) {
  MutexLock lock(&mutex_);
  progress_ = std::move(progress);
  changed_.SignalAll();
}

void AgentChannel::SendEvent(WorkEvent event) {
  TrainerMessage message;
  *message.mutable_event() = std::move(event);
  Enqueue(std::move(message));
}

void AgentChannel::SendPredicted(
    const internal::v1::PredictBatchResult& result) {
  TrainerMessage message;
  *message.mutable_predicted() = result;
  Enqueue(std::move(message));
}

void AgentChannel::Enqueue(TrainerMessage message) {
  MutexLock lock(&mutex_);
  while (queue_.size() >= kMaxQueuedEvents && !agent_gone_) {
    changed_.Wait(&mutex_);
  }
  if (agent_gone_) return;
  queue_.push_back(std::move(message));
  changed_.SignalAll();
}

std::optional<TrainerAssignment> AgentChannel::WaitForAssignment() {
  MutexLock lock(&mutex_);
  while (!assignment_.has_value() && !agent_gone_) changed_.Wait(&mutex_);
  return std::exchange(assignment_, std::nullopt);
}

std::optional<internal::v1::PredictBatch> AgentChannel::NextBatch(
    absl::Duration patience) {
  Clock& clock = SystemClock();
  const absl::Duration deadline = clock.Monotonic() + patience;
  MutexLock lock(&mutex_);
  while (batches_.empty() && !agent_gone_ &&
         stop_request() == StopRequest::kNone) {
    const absl::Duration left = deadline - clock.Monotonic();
    if (left <= absl::ZeroDuration()) break;
    changed_.WaitFor(&mutex_, left);
  }
  // What came before a stop is answered.
  if (batches_.empty() || stop_request() == StopRequest::kCancel) {
    return std::nullopt;
  }
  internal::v1::PredictBatch batch = std::move(batches_.front());
  batches_.pop_front();
  return batch;
}

void AgentChannel::TakeStop(StopRequest request) {
  MutexLock lock(&mutex_);
  if (stop_request() != StopRequest::kCancel) stop_.store(request);
  changed_.SignalAll();
}

bool AgentChannel::Take(AgentMessage message) {
  switch (message.kind_case()) {
    case AgentMessage::kCancel:
      TakeStop(StopRequest::kCancel);
      return true;
    case AgentMessage::kSuspend:
      TakeStop(StopRequest::kCheckpoint);
      return true;
    case AgentMessage::kPredict: {
      MutexLock lock(&mutex_);
      if (batches_.size() >= kMaxQueuedBatches) return false;
      batches_.push_back(std::move(*message.mutable_predict()));
      changed_.SignalAll();
      return true;
    }
    case AgentMessage::kAssignment: {
      MutexLock lock(&mutex_);
      if (std::exchange(assigned_, true)) return false;
      assignment_ = std::move(*message.mutable_assignment());
      changed_.SignalAll();
      return true;
    }
    case AgentMessage::KIND_NOT_SET:
      // Of a newer agent.
      return true;
  }
  return true;
}

void AgentChannel::Read() {
  while (true) {
    AgentMessage message;
    if (!ReadFrame(fd_, message).ok() || !Take(std::move(message))) break;
  }
  LoseAgent();
}

bool AgentChannel::NextMessage(TrainerMessage& message) {
  MutexLock lock(&mutex_);
  while (!progress_.has_value() && queue_.empty()) {
    if (closing_ || agent_gone_) return false;
    if (!changed_.WaitFor(&mutex_, kBeatInterval)) {
      message.Clear();
      return true;
    }
  }
  if (progress_.has_value()) {
    *message.mutable_progress() = *std::exchange(progress_, std::nullopt);
    return true;
  }
  message = std::move(queue_.front());
  queue_.pop_front();
  changed_.SignalAll();
  return true;
}

void AgentChannel::Write() {
  // The first is a sign of life: the agent expects more from then on.
  TrainerMessage message;
  do {
    absl::Status status = WriteFrame(fd_, message);
    if (!status.ok()) return LoseAgent();
  } while (NextMessage(message));
}

void AgentChannel::LoseAgent() {
  {
    MutexLock lock(&mutex_);
    if (agent_gone_) return;
    bool was_closing = closing_;
    agent_gone_ = true;
    queue_.clear();
    progress_.reset();
    changed_.SignalAll();
    if (was_closing) return;
  }
  on_agent_gone_();
}

}  // namespace tunesmith::worker
