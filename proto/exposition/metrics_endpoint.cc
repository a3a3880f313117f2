#include "proto/exposition/metrics_endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "prometheus/text_serializer.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/listen_address.h"
#include "proto/contract/listen_error.h"

namespace tunesmith {
namespace {

constexpr int kBacklog = 128;

int TryListen(const sockaddr* address, socklen_t length) {
  int fd =
      socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (bind(fd, address, length) == 0 && listen(fd, kBacklog) == 0) return fd;
  close(fd);
  return -1;
}

// -1 where it cannot be listened at.
int Listen(const std::string& address) {
  const size_t colon = address.rfind(':');
  const std::string host = address.substr(0, colon);
  int port = 0;
  (void)absl::SimpleAtoi(address.substr(colon + 1), &port);
  if (host == "[::1]") {
    sockaddr_in6 v6 = {};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(static_cast<uint16_t>(port));
    v6.sin6_addr = in6addr_loopback;
    return TryListen(reinterpret_cast<sockaddr*>(&v6), sizeof(v6));
  }
  sockaddr_in v4 = {};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(static_cast<uint16_t>(port));
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) != 1) {
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  return TryListen(reinterpret_cast<sockaddr*>(&v4), sizeof(v4));
}

int PortOf(int fd) {
  sockaddr_storage address = {};
  socklen_t length = sizeof(address);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  // At the same place for both families.
  return ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsEndpoint>> MetricsEndpoint::Start(
    std::string_view flag, const std::string& address, const Limits& limits) {
  TUNESMITH_RETURN_IF_ERROR(CheckLoopbackAddress(address));
  int listener = Listen(address);
  if (listener < 0) return ListenError(flag, address);
  int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_fd < 0) {
    absl::Status status = absl::ErrnoToStatus(errno, "cannot serve metrics");
    close(listener);
    return status;
  }
  return std::unique_ptr<MetricsEndpoint>(
      new MetricsEndpoint(listener, wake_fd, limits));
}

MetricsEndpoint::MetricsEndpoint(int listener, int wake_fd,
                                 const Limits& limits)
    : listener_(listener),
      wake_fd_(wake_fd),
      limits_(limits),
      port_(PortOf(listener)),
      thread_([this] {
        pthread_setname_np(pthread_self(), "metrics");
        Loop();
      }) {}

MetricsEndpoint::~MetricsEndpoint() {
  uint64_t one = 1;
  (void)!write(wake_fd_, &one, sizeof(one));
  thread_.join();
  close(listener_);
  close(wake_fd_);
}

void MetricsEndpoint::Show(
    const std::shared_ptr<prometheus::Collectable>& collectable) {
  MutexLock lock(&mutex_);
  sources_.push_back(collectable);
}

void MetricsEndpoint::Loop() {
  while (Wait()) {
    const absl::Time now = absl::Now();
    // Those that cannot go on say so at once.
    connections_.remove_if([&](Connection& connection) {
      return connection.end <= now ||
             !connection.exchange.Advance([this] { return Page(); });
    });
    AcceptAll();
  }
}

bool MetricsEndpoint::Wait() {
  std::vector<pollfd> polled = {
      {.fd = wake_fd_, .events = POLLIN, .revents = 0},
      {.fd = listener_, .events = POLLIN, .revents = 0}};
  absl::Time next = absl::InfiniteFuture();
  for (const Connection& connection : connections_) {
    const short events = connection.exchange.answering() ? POLLOUT : POLLIN;
    polled.push_back(
        {.fd = connection.exchange.fd(), .events = events, .revents = 0});
    next = std::min(next, connection.end);
  }
  int timeout = -1;
  if (next != absl::InfiniteFuture()) {
    // Rounded up, not to come too early.
    timeout = static_cast<int>(std::max<int64_t>(
        0, absl::ToInt64Milliseconds(next - absl::Now()) + 1));
  }
  poll(polled.data(), polled.size(), timeout);
  return polled[0].revents == 0;
}

void MetricsEndpoint::AcceptAll() {
  while (true) {
    int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    if (connections_.size() >= limits_.connections) connections_.pop_front();
    connections_.emplace_back(fd, absl::Now() + limits_.time);
  }
}

std::string MetricsEndpoint::Page() {
  std::vector<std::shared_ptr<prometheus::Collectable>> sources;
  {
    MutexLock lock(&mutex_);
    for (const auto& weak : sources_) {
      if (auto source = weak.lock()) sources.push_back(std::move(source));
    }
  }
  std::vector<prometheus::MetricFamily> families;
  for (const auto& source : sources) {
    for (prometheus::MetricFamily& family : source->Collect()) {
      families.push_back(std::move(family));
    }
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace tunesmith
