#ifndef TUNESMITH_PROTO_CONTRACT_LISTEN_ADDRESS_H_
#define TUNESMITH_PROTO_CONTRACT_LISTEN_ADDRESS_H_

#include <string_view>

#include "absl/status/status.h"

namespace tunesmith {

// OK when `address` is `host:port` with a loopback host: 127.0.0.0/8, [::1] or
// localhost. Nothing is encrypted or authenticated yet, so programs refuse to
// listen anywhere else. INVALID_ARGUMENT otherwise.
absl::Status CheckLoopbackAddress(std::string_view address);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_LISTEN_ADDRESS_H_
