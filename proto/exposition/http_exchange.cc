#include "proto/exposition/http_exchange.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace tunesmith {
namespace {

constexpr size_t kMaxHeadBytes = 16 << 10;
constexpr char kPlain[] = "text/plain; charset=utf-8";
// Prometheus' text format.
constexpr char kMetrics[] = "text/plain; version=0.0.4; charset=utf-8";

std::string Answer(const char* status, const char* type,
                   const std::string& body) {
  return absl::StrCat("HTTP/1.1 ", status, "\r\nContent-Type: ", type,
                      "\r\nContent-Length: ", body.size(),
                      "\r\nConnection: close\r\n\r\n", body);
}

bool WouldBlock() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

std::string HttpAnswer(std::string_view head,
                       absl::FunctionRef<std::string()> page) {
  const std::string line(head.substr(0, head.find("\r\n")));
  if (!absl::StartsWith(line, "GET ")) {
    return Answer("405 Method Not Allowed", kPlain, "GET alone\n");
  }
  if (!absl::StartsWith(line, "GET /metrics ") &&
      !absl::StartsWith(line, "GET /metrics?")) {
    return Answer("404 Not Found", kPlain, "see /metrics\n");
  }
  return Answer("200 OK", kMetrics, page());
}

HttpExchange::~HttpExchange() { close(fd_); }

bool HttpExchange::Advance(absl::FunctionRef<std::string()> page) {
  return answering() ? Write() : Read(page);
}

bool HttpExchange::Read(absl::FunctionRef<std::string()> page) {
  std::array<char, 4096> piece;
  ssize_t n = read(fd_, piece.data(), piece.size());
  if (n == 0) return false;
  if (n < 0) return WouldBlock();
  request_.append(piece.data(), static_cast<size_t>(n));
  const size_t end = request_.find("\r\n\r\n");
  if (end == std::string::npos && request_.size() <= kMaxHeadBytes) return true;
  answer_ = end == std::string::npos
                ? Answer("431 Request Header Fields Too Large", kPlain, "")
                : HttpAnswer(std::string_view(request_).substr(0, end), page);
  return Write();
}

bool HttpExchange::Write() {
  while (written_ < answer_.size()) {
    ssize_t n = send(fd_, answer_.data() + written_, answer_.size() - written_,
                     MSG_NOSIGNAL);
    if (n < 0) return WouldBlock();
    written_ += static_cast<size_t>(n);
  }
  // Told apart from a connection that broke.
  shutdown(fd_, SHUT_WR);
  return false;
}

}  // namespace tunesmith
