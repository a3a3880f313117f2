#include "server/door/visitor.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace tunesmith::server {
namespace {

// Who downloads says every few kilobytes that they came.
constexpr int64_t kSentBytesPerAcknowledgement = 64;

// Headers, pings and the like of many streams.
constexpr int64_t kLittleBytes = int64_t{1} << 20;

Traffic TrafficOf(int fd) {
  tcp_info info = {};
  socklen_t length = sizeof(info);
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return {};
  return {.received_bytes = static_cast<int64_t>(info.tcpi_bytes_received),
          .sent_bytes = static_cast<int64_t>(info.tcpi_bytes_acked)};
}

}  // namespace

Visitor::Visitor(int fd, std::string peer) : fd_(fd), peer_(std::move(peer)) {}

Visitor::~Visitor() {
  if (fd_ >= 0) close(fd_);
}

int64_t Visitor::SilentBytes() { return SilentBytes(TrafficOf(fd_)); }

int64_t Visitor::SilentBytes(const Traffic& traffic) {
  const int64_t messages = messages_.load(std::memory_order_relaxed);
  if (messages != seen_messages_) {
    seen_messages_ = messages;
    then_ = traffic;
  }
  return traffic.received_bytes - then_.received_bytes -
         (traffic.sent_bytes - then_.sent_bytes) / kSentBytesPerAcknowledgement;
}

absl::Time Visitor::SendingSince(int64_t silent_bytes, absl::Time now) {
  if (silent_bytes <= kLittleBytes) {
    sending_since_ = absl::InfiniteFuture();
  } else if (sending_since_ == absl::InfiniteFuture()) {
    sending_since_ = now;
  }
  return sending_since_;
}

void Visitor::ShowOut() {
  // A reset, and not the polite end: that waits until gRPC has read what came
  // before, which it does not do in the middle of a header, and so would the
  // client wait, with all that it has sent.
  sockaddr nobody = {};
  nobody.sa_family = AF_UNSPEC;
  connect(fd_, &nobody, sizeof(nobody));
}

std::string PeerKey(const std::string& peer) {
  if (peer.rfind("ipv4:", 0) == 0) return peer;
  // The address is in brackets, which some releases write as %5B and %5D: on
  // loopback the port says enough.
  return "ipv6" + peer.substr(peer.rfind(':') + 1);
}

}  // namespace tunesmith::server
