#include "proto/contract/listen_error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace tunesmith {
namespace {

// 0, or the errno of the first call that fails.
int TryBind(const sockaddr* address, socklen_t length) {
  int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  // As servers do: connections that linger do not hold a port.
  int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  int error = bind(fd, address, length) == 0 && listen(fd, 1) == 0 ? 0 : errno;
  close(fd);
  return error;
}

int TryListen(const std::string& host, uint16_t port) {
  if (host == "[::1]") {
    sockaddr_in6 address = {};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    address.sin6_addr = in6addr_loopback;
    return TryBind(reinterpret_cast<sockaddr*>(&address), sizeof(address));
  }
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  return TryBind(reinterpret_cast<sockaddr*>(&address), sizeof(address));
}

}  // namespace

absl::Status CheckCanListen(std::string_view flag, std::string_view address) {
  const std::string text(address);
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  if (colon == std::string::npos ||
      !absl::SimpleAtoi(text.substr(colon + 1), &port)) {
    return absl::OkStatus();
  }
  int error = TryListen(text.substr(0, colon), static_cast<uint16_t>(port));
  if (error == 0) return absl::OkStatus();
  const std::string what =
      absl::StrCat("cannot listen at ", text, " (", std::string(flag), "): ");
  if (error == EADDRINUSE) {
    return absl::UnavailableError(absl::StrCat(
        what,
        "another program has the port; choose another one, or port 0 for any "
        "that is free"));
  }
  if (error == EACCES) {
    return absl::UnavailableError(absl::StrCat(
        what, "this user may not have the port; choose one from 1024 on"));
  }
  return absl::UnavailableError(absl::StrCat(what, strerror(error)));
}

absl::Status ListenError(std::string_view flag, std::string_view address) {
  absl::Status status = CheckCanListen(flag, address);
  if (!status.ok()) return status;
  return absl::UnavailableError(
      absl::StrCat("cannot listen at ", std::string(address), " (",
                   std::string(flag), "); another try may do"));
}

}  // namespace tunesmith
