#include "proto/contract/listen_address.h"

#include <arpa/inet.h>

#include <cstdint>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace tunesmith {
namespace {

bool IsLoopbackHost(const std::string& host) {
  if (host == "localhost" || host == "[::1]") return true;
  in_addr v4;
  return inet_pton(AF_INET, host.c_str(), &v4) == 1 &&
         (ntohl(v4.s_addr) >> 24) == 127;
}

}  // namespace

absl::Status CheckLoopbackAddress(std::string_view address) {
  std::string text(address);
  size_t colon = text.rfind(':');
  uint32_t port = 0;
  if (colon == std::string::npos ||
      !absl::SimpleAtoi(text.substr(colon + 1), &port) || port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected host:port, got: ", text));
  }
  if (!IsLoopbackHost(text.substr(0, colon))) {
    return absl::InvalidArgumentError(
        absl::StrCat("refusing to listen beyond loopback without TLS: ", text,
                     " (use 127.0.0.1 or [::1])"));
  }
  return absl::OkStatus();
}

}  // namespace tunesmith
