#include "worker/agent/server_connection.h"

#include <algorithm>
#include <string>
#include <utility>

#include "spdlog/spdlog.h"

namespace tunesmith::worker {
namespace {

using internal::v1::ServerMessage;

constexpr int kProtocol = 1;
constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(30);
// While something runs here: well below a lease's term.
constexpr absl::Duration kLongestBusyPause = absl::Seconds(5);
// A stream that ends sooner after its Welcome does not make the next pause
// short: the server may end each of them, as it does while its disk is full.
constexpr absl::Duration kLastingStream = absl::Seconds(10);
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
    LogEnd(absl::DeadlineExceededError("the server did not answer"));
    metrics_.Reconnected(absl::StatusCode::kDeadlineExceeded);
    Disconnect(NextPause());
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

absl::Duration ServerConnection::NextPause() {
  const absl::Duration longest =
      options_.is_busy() ? kLongestBusyPause : kLongestPause;
  return std::min(backoff_.Next(), longest);
}

void ServerConnection::OnEnd(int64_t stream_id, const absl::Status& status) {
  if (stream_id != stream_id_) return;
  metrics_.Reconnected(status.code());
  if (welcomed_ && clock_.Monotonic() - welcome_time_ >= kLastingStream) {
    backoff_.Reset();
    logged_end_ = absl::OkStatus();
  }
  Disconnect(NextPause());
  if (absl::IsAborted(status)) {
    spdlog::error("another worker took over id={} error=\"{}\"",
                  options_.worker_id, std::string(status.message()));
    evicted_ = true;
    options_.on_evicted(status);
    return;
  }
  LogEnd(status);
}

void ServerConnection::LogEnd(const absl::Status& status) {
  // What repeats is one state, logged once.
  const bool is_known = !logged_end_.ok() &&
                        logged_end_.code() == status.code() &&
                        logged_end_.message() == status.message();
  logged_end_ =
      status.ok() ? absl::UnknownError("the server ended the stream") : status;
  const bool refused = absl::IsFailedPrecondition(status) ||
                       absl::IsInvalidArgument(status) ||
                       absl::IsAlreadyExists(status);
  if (refused) {
    spdlog::log(is_known ? spdlog::level::debug : spdlog::level::err,
                "server refuses this worker, trying again id={} error=\"{}\"",
                options_.worker_id, status.ToString());
    return;
  }
  spdlog::log(is_known ? spdlog::level::debug : spdlog::level::warn,
              "no stream to the server, trainers go on error=\"{}\"",
              status.ToString());
}

void ServerConnection::OnWelcome(const internal::v1::Welcome& welcome) {
  if (welcome.protocol() != kProtocol) {
    spdlog::error("server speaks protocol {}, this worker {}",
                  welcome.protocol(), kProtocol);
    Disconnect(kLongestPause);
    return;
  }
  welcomed_ = true;
  welcome_time_ = clock_.Monotonic();
  welcome_deadline_ = absl::InfiniteDuration();
  options_.on_welcome(welcome);
}

}  // namespace tunesmith::worker
