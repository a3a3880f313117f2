#include "worker/agent/server_connection.h"

#include <utility>

#include "spdlog/spdlog.h"

namespace tunesmith::worker {
namespace {

using internal::v1::ServerMessage;

constexpr int kProtocol = 1;
constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(5);
constexpr absl::Duration kWelcomeTimeout = absl::Seconds(10);

}  // namespace

ServerConnection::ServerConnection(Options options, SessionTransport& transport,
                                   Clock& clock, WorkerMetrics& metrics)
    : options_(std::move(options)),
      transport_(transport),
      clock_(clock),
      metrics_(metrics),
      alive_(std::make_shared<bool>(true)),
      backoff_(kFirstPause, kLongestPause, options_.seed),
      connect_time_(-absl::InfiniteDuration()) {}

ServerConnection::~ServerConnection() { *alive_ = false; }

absl::Duration ServerConnection::Turn() {
  if (evicted_) return absl::InfiniteDuration();
  absl::Duration now = clock_.Monotonic();
  if (stream_ != nullptr && now >= welcome_deadline_) {
    spdlog::warn("server did not answer, reconnecting");
    metrics_.Reconnected();
    Disconnect(backoff_.Next());
  }
  if (stream_ == nullptr && now >= connect_time_) Connect();
  return stream_ == nullptr ? connect_time_ : welcome_deadline_;
}

void ServerConnection::Write(internal::v1::WorkerMessage message) {
  stream_->Write(std::move(message));
}

void ServerConnection::Connect() {
  SessionSink sink;
  auto post = options_.post;
  int64_t id = ++stream_id_;
  sink.on_message = [this, alive = alive_, post, id](ServerMessage message) {
    post([this, alive, id, message = std::move(message)] {
      if (*alive) OnMessage(id, message);
    });
  };
  sink.on_end = [this, alive = alive_, post, id](absl::Status status) {
    post([this, alive, id, status = std::move(status)] {
      if (*alive) OnEnd(id, status);
    });
  };
  stream_ = transport_.Open(std::move(sink));
  welcome_deadline_ = clock_.Monotonic() + kWelcomeTimeout;
  internal::v1::WorkerMessage message;
  *message.mutable_hello() = options_.make_hello();
  message.mutable_hello()->set_min_protocol(kProtocol);
  message.mutable_hello()->set_max_protocol(kProtocol);
  stream_->Write(std::move(message));
}

void ServerConnection::Disconnect(absl::Duration pause) {
  stream_.reset();
  ++stream_id_;
  welcomed_ = false;
  welcome_deadline_ = absl::InfiniteDuration();
  connect_time_ = clock_.Monotonic() + pause;
}

void ServerConnection::OnMessage(int64_t stream_id,
                                 const ServerMessage& message) {
  if (stream_id != stream_id_) return;
  if (message.has_welcome()) return OnWelcome(message.welcome());
  // A state before the server knows what runs here says nothing.
  if (welcomed_) options_.on_message(message);
}

void ServerConnection::OnEnd(int64_t stream_id, const absl::Status& status) {
  if (stream_id != stream_id_) return;
  metrics_.Reconnected();
  absl::Duration pause = backoff_.Next();
  Disconnect(pause);
  if (absl::IsAborted(status)) {
    spdlog::error("another worker took over id={} error=\"{}\"",
                  options_.worker_id, std::string(status.message()));
    evicted_ = true;
    options_.on_evicted(status);
    return;
  }
  // Repeated failures to connect are one state, logged once.
  spdlog::log(down_logged_ ? spdlog::level::debug : spdlog::level::warn,
              "no stream to the server, trainers go on error=\"{}\"",
              status.ToString());
  down_logged_ = true;
  if (absl::IsFailedPrecondition(status) || absl::IsInvalidArgument(status)) {
    spdlog::error("server refused this worker id={} error=\"{}\"",
                  options_.worker_id, std::string(status.message()));
  }
}

void ServerConnection::OnWelcome(const internal::v1::Welcome& welcome) {
  if (welcome.protocol() != kProtocol) {
    spdlog::error("server speaks protocol {}, this worker {}",
                  welcome.protocol(), kProtocol);
    Disconnect(kLongestPause);
    return;
  }
  backoff_.Reset();
  welcomed_ = true;
  down_logged_ = false;
  welcome_deadline_ = absl::InfiniteDuration();
  options_.on_welcome(welcome);
}

}  // namespace tunesmith::worker
