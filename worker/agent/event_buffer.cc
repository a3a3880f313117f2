#include "worker/agent/event_buffer.h"

#include <utility>

namespace tunesmith::worker {
namespace {

constexpr int kMaxBatchEvents = 256;
// A message that gRPC takes by default is 4 MiB long at most.
constexpr size_t kMaxBatchBytes = 256 << 10;
constexpr size_t kMaxUnacknowledgedEvents = 2048;
constexpr size_t kMaxUnacknowledgedBytes = 2 << 20;

}  // namespace

EventBuffer::EventBuffer(ItemKey key) : key_(std::move(key)) {}

void EventBuffer::Append(internal::v1::WorkEvent event) {
  if (ended_) return;
  event.set_sequence(++last_sequence_);
  ended_ = event.has_outcome();
  bytes_ += event.ByteSizeLong();
  events_.push_back(std::move(event));
}

std::optional<internal::v1::Events> EventBuffer::NextBatch() {
  if (sent_ == events_.size() || sent_ >= kMaxUnacknowledgedEvents ||
      sent_bytes_ >= kMaxUnacknowledgedBytes) {
    return std::nullopt;
  }
  internal::v1::Events batch;
  batch.set_item_uid(key_.uid);
  batch.set_fence(key_.fence);
  size_t bytes = 0;
  while (sent_ < events_.size() && batch.events_size() < kMaxBatchEvents) {
    size_t size = events_[sent_].ByteSizeLong();
    if (batch.events_size() > 0 && bytes + size > kMaxBatchBytes) break;
    *batch.add_events() = events_[sent_];
    bytes += size;
    ++sent_;
  }
  sent_bytes_ += bytes;
  return batch;
}

void EventBuffer::Rewind() {
  sent_ = 0;
  sent_bytes_ = 0;
}

void EventBuffer::Acknowledge(int64_t sequence) {
  while (!events_.empty() && events_.front().sequence() <= sequence) {
    size_t size = events_.front().ByteSizeLong();
    bytes_ -= size;
    if (sent_ > 0) {
      --sent_;
      sent_bytes_ -= size;
    }
    events_.pop_front();
  }
}

}  // namespace tunesmith::worker
