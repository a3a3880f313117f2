#ifndef TUNESMITH_PROTO_CONTRACT_LISTEN_ERROR_H_
#define TUNESMITH_PROTO_CONTRACT_LISTEN_ERROR_H_

#include <string_view>

#include "absl/status/status.h"

namespace tunesmith {

// OK when this process could listen at `address` now, which is as
// CheckLoopbackAddress wants it; UNAVAILABLE otherwise, which names `flag`,
// where the address comes from, says what is wrong with it and the way out.
absl::Status CheckCanListen(std::string_view flag, std::string_view address);

// The error of a library that could not listen and does not say why.
absl::Status ListenError(std::string_view flag, std::string_view address);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_LISTEN_ERROR_H_
