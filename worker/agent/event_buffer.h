#ifndef TUNESMITH_WORKER_AGENT_EVENT_BUFFER_H_
#define TUNESMITH_WORKER_AGENT_EVENT_BUFFER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "tunesmith/internal/v1/worker_session.pb.h"
#include "worker/agent/item_key.h"

namespace tunesmith::worker {

// The events of one item until the server has them. Numbers them from 1
// without a gap. Not thread-safe.
class EventBuffer {
 public:
  explicit EventBuffer(ItemKey key);

  // Sets the event's sequence. Nothing may follow an outcome.
  void Append(internal::v1::WorkEvent event);

  // The next events to send, oldest first; nothing when all were sent, or
  // while as much as a server should be given at once is not acknowledged.
  std::optional<internal::v1::Events> NextBatch();

  // After a reconnect: what is not acknowledged is sent again.
  void Rewind();

  // Forgets events up to `sequence`.
  void Acknowledge(int64_t sequence);

  // Whether the outcome was appended.
  bool ended() const { return ended_; }
  bool empty() const { return events_.empty(); }
  size_t size() const { return events_.size(); }
  // Of all events that are kept.
  size_t bytes() const { return bytes_; }

 private:
  const ItemKey key_;
  std::deque<internal::v1::WorkEvent> events_;
  size_t bytes_ = 0;
  // How many of `events_` were sent on this stream, and their bytes.
  size_t sent_ = 0;
  size_t sent_bytes_ = 0;
  int64_t last_sequence_ = 0;
  bool ended_ = false;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_EVENT_BUFFER_H_
