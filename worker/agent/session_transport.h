#ifndef TUNESMITH_WORKER_AGENT_SESSION_TRANSPORT_H_
#define TUNESMITH_WORKER_AGENT_SESSION_TRANSPORT_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "tunesmith/internal/v1/worker_session.pb.h"

namespace tunesmith::worker {

// One stream to the server. One thread uses it.
class SessionStream {
 public:
  // Ends the stream where it is open; no callback comes afterwards.
  virtual ~SessionStream() = default;

  // Queues a message; dropped when the stream has ended.
  virtual void Write(internal::v1::WorkerMessage message) = 0;
};

// Where a stream's news go: called from threads of the transport, one at a
// time, `on_end` exactly once and last unless the stream is destroyed before.
struct SessionSink {
  std::function<void(internal::v1::ServerMessage)> on_message;
  std::function<void(absl::Status)> on_end;
};

// Opens streams to one server.
class SessionTransport {
 public:
  virtual ~SessionTransport() = default;

  // Returns at once; a stream that cannot be opened ends with UNAVAILABLE.
  virtual std::unique_ptr<SessionStream> Open(SessionSink sink) = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_SESSION_TRANSPORT_H_
