#include "server/door/door.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/listen_address.h"
#include "proto/contract/listen_error.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

constexpr int kBacklog = 1024;
// How often the log tells that connections were turned away.
constexpr absl::Duration kRefusalInterval = absl::Minutes(1);

// An address of this machine's loopback.
struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t length = sizeof(storage);

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }

  int port() const {
    // At the same place for both families.
    return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
  }
};

SocketAddress V4Address(in_addr host, int port) {
  SocketAddress address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  v4->sin_family = AF_INET;
  v4->sin_addr = host;
  v4->sin_port = htons(static_cast<uint16_t>(port));
  address.length = sizeof(*v4);
  return address;
}

SocketAddress V6Loopback(int port) {
  SocketAddress address;
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  v6->sin6_family = AF_INET6;
  v6->sin6_addr = in6addr_loopback;
  v6->sin6_port = htons(static_cast<uint16_t>(port));
  address.length = sizeof(*v6);
  return address;
}

// -1 where it cannot be listened at.
int ListenAt(SocketAddress address) {
  int fd = socket(address.storage.ss_family,
                  SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (address.storage.ss_family == AF_INET6) {
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes));
  }
  if (bind(fd, address.get(), address.length) != 0 ||
      listen(fd, kBacklog) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

int PortOf(int fd) {
  SocketAddress address;
  getsockname(fd, address.get(), &address.length);
  return address.port();
}

// As gRPC names it.
std::string PeerOf(int fd) {
  SocketAddress address;
  getpeername(fd, address.get(), &address.length);
  if (address.storage.ss_family != AF_INET) {
    return absl::StrCat("ipv6:", address.port());
  }
  char host[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET,
            &reinterpret_cast<sockaddr_in*>(&address.storage)->sin_addr, host,
            sizeof(host));
  return absl::StrCat("ipv4:", host, ":", address.port());
}

void Watch(int epoll_fd, int fd, uint32_t events) {
  epoll_event event = {};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

// Each connection has two descriptors; half are left for files.
int AffordableVisitors() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 64;
  if (limit.rlim_cur == RLIM_INFINITY) return 1 << 20;
  return static_cast<int>(std::min<rlim_t>(limit.rlim_cur / 4, 1 << 20));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Door>> Door::Open(const Options& options) {
  TUNESMITH_RETURN_IF_ERROR(CheckLoopbackAddress(options.address));
  std::unique_ptr<Door> door(new Door(options));
  TUNESMITH_RETURN_IF_ERROR(door->Listen());
  return door;
}

absl::Status Door::Listen() {
  const size_t colon = options_.address.rfind(':');
  const std::string host = options_.address.substr(0, colon);
  int port = 0;
  // Was checked.
  (void)absl::SimpleAtoi(options_.address.substr(colon + 1), &port);
  in_addr v4 = {};
  v4.s_addr = htonl(INADDR_LOOPBACK);
  if (host != "localhost") inet_pton(AF_INET, host.c_str(), &v4);
  int fd = ListenAt(host == "[::1]" ? V6Loopback(port) : V4Address(v4, port));
  if (fd < 0) return ListenError("--listen", options_.address);
  listeners_.push_back(fd);
  port_ = PortOf(fd);
  // Where this machine has IPv6, localhost is both.
  if (host == "localhost") fd = ListenAt(V6Loopback(port_));
  if (host == "localhost" && fd >= 0) listeners_.push_back(fd);
  epoll_fd_ = epoll_create1(EPOLL_CLOEXEC);
  wake_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (epoll_fd_ < 0 || wake_fd_ < 0) {
    return absl::ErrnoToStatus(errno, "cannot wait for connections");
  }
  return absl::OkStatus();
}

Door::~Door() {
  Close();
  if (hand_over_thread_.joinable()) hand_over_thread_.join();
  if (wake_fd_ >= 0) close(wake_fd_);
  if (epoll_fd_ >= 0) close(epoll_fd_);
}

void Door::LetIn(
    std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor) {
  acceptor_ = std::move(acceptor);
  Watch(epoll_fd_, wake_fd_, EPOLLIN);
  for (int fd : listeners_) Watch(epoll_fd_, fd, EPOLLIN);
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "door");
    Loop();
  });
  hand_over_thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "door-hand-over");
    HandOver();
  });
}

void Door::Close() {
  uint64_t one = 1;
  if (thread_.joinable()) {
    (void)!write(wake_fd_, &one, sizeof(one));
    thread_.join();
  }
  for (int fd : listeners_) close(fd);
  listeners_.clear();
  MutexLock lock(&mutex_);
  closing_ = true;
  for (const Admitted& admitted : admitted_) close(admitted.fd);
  admitted_.clear();
  admitted_or_closing_.SignalAll();
}

void Door::HandOver() {
  while (true) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters
        connection;
    {
      MutexLock lock(&mutex_);
      while (admitted_.empty() && !closing_) {
        admitted_or_closing_.Wait(&mutex_);
      }
      if (closing_) return;
      connection.listener_fd = admitted_.front().listener;
      connection.fd = admitted_.front().fd;
      admitted_.pop_front();
    }
    acceptor_->HandleNewConnection(&connection);
  }
}

std::shared_ptr<Visitor> Door::Find(const std::string& peer) {
  MutexLock lock(&mutex_);
  auto found = by_peer_.find(PeerKey(peer));
  return found == by_peer_.end() ? nullptr : found->second;
}

void Door::Loop() {
  std::array<epoll_event, 64> events;
  absl::Time next_look = absl::Now() + options_.look_interval;
  while (true) {
    int count = epoll_wait(
        epoll_fd_, events.data(), events.size(),
        static_cast<int>(absl::ToInt64Milliseconds(options_.look_interval)));
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == wake_fd_) return;
      if (std::find(listeners_.begin(), listeners_.end(), fd) !=
          listeners_.end()) {
        AcceptAll(fd);
      } else {
        Forget(fd);
      }
    }
    if (absl::Now() < next_look) continue;
    Look();
    next_look = absl::Now() + options_.look_interval;
  }
}

void Door::AcceptAll(int listener) {
  while (true) {
    int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    Admit(listener, fd);
  }
}

void Door::Admit(int listener, int fd) {
  int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  const int own = MakeRoom() ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
  if (own < 0) {
    close(fd);
    if (absl::Now() - last_refusal_ < kRefusalInterval) return;
    last_refusal_ = absl::Now();
    spdlog::warn("connections turned away: too many are open");
    return;
  }
  auto visitor = std::make_shared<Visitor>(own, PeerKey(PeerOf(fd)));
  {
    MutexLock lock(&mutex_);
    visitors_[own] = visitor;
    by_peer_[visitor->peer()] = visitor;
  }
  order_.push_back(own);
  // Only its end is of interest.
  Watch(epoll_fd_, own, EPOLLRDHUP);
  MutexLock lock(&mutex_);
  admitted_.push_back({listener, fd});
  admitted_or_closing_.SignalAll();
}

bool Door::MakeRoom() {
  const size_t most = static_cast<size_t>(
      std::min(options_.max_visitors, AffordableVisitors()));
  if (order_.size() < most) return true;
  std::shared_ptr<Visitor> silent;
  int silent_fd = -1;
  {
    MutexLock lock(&mutex_);
    for (int fd : order_) {
      if (visitors_[fd]->has_spoken()) continue;
      silent = visitors_[fd];
      silent_fd = fd;
      break;
    }
  }
  if (silent == nullptr) return false;
  silent->ShowOut();
  Forget(silent_fd);
  return true;
}

void Door::Look() {
  std::vector<std::shared_ptr<Visitor>> visitors;
  {
    MutexLock lock(&mutex_);
    for (const auto& [fd, visitor] : visitors_) visitors.push_back(visitor);
  }
  for (const std::shared_ptr<Visitor>& visitor : visitors) {
    const int64_t bytes = visitor->SilentBytes();
    const absl::Time now = absl::Now();
    if (bytes <= options_.max_silent_bytes &&
        visitor->SendingSince(bytes, now) > now - options_.message_time) {
      continue;
    }
    spdlog::warn("connection ended peer={} bytes_without_message={}",
                 visitor->peer(), bytes);
    visitor->ShowOut();
  }
}

void Door::Forget(int fd) {
  // gRPC's descriptor of the socket may still be open.
  epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
  order_.remove(fd);
  MutexLock lock(&mutex_);
  auto found = visitors_.find(fd);
  if (found == visitors_.end()) return;
  auto named = by_peer_.find(found->second->peer());
  if (named != by_peer_.end() && named->second == found->second) {
    by_peer_.erase(named);
  }
  visitors_.erase(found);
}

}  // namespace tunesmith::server
