#ifndef TUNESMITH_WORKER_AGENT_SERVER_CONNECTION_H_
#define TUNESMITH_WORKER_AGENT_SERVER_CONNECTION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
#include "tunesmith/internal/v1/worker_session.pb.h"
#include "worker/agent/backoff.h"
#include "worker/agent/session_transport.h"
#include "worker/agent/worker_metrics.h"

namespace tunesmith::worker {

// A session's way to its server: opens a stream, says Hello, waits for
// Welcome, and does it again after growing pauses when a stream ends. They
// start anew only after a stream that lasted. Owned by a Session, on its
// thread; nothing blocks.
class ServerConnection {
 public:
  struct Options {
    std::string worker_id;
    // Spreads the returns of many workers.
    uint32_t seed = 0;
    // Brings a closure to the session's thread; any thread may call it.
    std::function<void(std::function<void()>)> post;
    std::function<internal::v1::Hello()> make_hello;
    // The server accepted this worker; after every reconnect.
    std::function<void(const internal::v1::Welcome&)> on_welcome;
    // What the server says after its Welcome.
    std::function<void(const internal::v1::ServerMessage&)> on_message;
    // Whether something runs here whose lease would run out meanwhile: pauses
    // stay short.
    std::function<bool()> is_busy = [] { return false; };
    // It is over for good: a newer start of the same worker is there.
    std::function<void(absl::Status)> on_evicted;
  };

  // `transport`, `clock` and `metrics` outlive it.
  ServerConnection(Options options, SessionTransport& transport, Clock& clock,
                   WorkerMetrics& metrics);
  ~ServerConnection();

  // Does what is due; returns when to call again, on Clock::Monotonic.
  absl::Duration Turn();

  // Only while welcomed().
  void Write(internal::v1::WorkerMessage message);
  bool welcomed() const { return welcomed_; }

 private:
  void Connect();
  void Disconnect(absl::Duration pause);
  // Before the next try.
  absl::Duration NextPause();
  void LogEnd(const absl::Status& status);
  void OnMessage(int64_t stream_id, const internal::v1::ServerMessage& message);
  void OnEnd(int64_t stream_id, const absl::Status& status);
  void OnWelcome(const internal::v1::Welcome& welcome);

  const Options options_;
  SessionTransport& transport_;
  Clock& clock_;
  WorkerMetrics& metrics_;
  // Callbacks of a stream find this gone.
  const std::shared_ptr<bool> alive_;

  Backoff backoff_;
  std::unique_ptr<SessionStream> stream_;
  // News of streams before this one are passed over.
  int64_t stream_id_ = 0;
  bool welcomed_ = false;
  bool evicted_ = false;
  // Why there is no stream that lasts, as it was logged last; OK: there is one.
  absl::Status logged_end_;
  absl::Duration welcome_time_;
  absl::Duration connect_time_;
  // Until when the server must have said Welcome.
  absl::Duration welcome_deadline_ = absl::InfiniteDuration();
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_SERVER_CONNECTION_H_
