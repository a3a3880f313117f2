#ifndef TUNESMITH_PROTO_CONTRACT_BASE_REASON_H_
#define TUNESMITH_PROTO_CONTRACT_BASE_REASON_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace tunesmith {

// An error with a reason of `proto/tunesmith/v1/errors.proto`, written without
// the prefix `ERROR_REASON_` ("UNKNOWN_COLUMN"). Code that may not see
// Protobuf makes errors with it; `proto/contract/error.h` turns the reason
// into `google.rpc.ErrorInfo` at the boundary.
absl::Status ReasonedError(absl::StatusCode code, std::string_view reason,
                           std::string_view message);

// The reason of an error, or an empty string.
std::string ReasonOf(const absl::Status& status);

// The same error with `context` and ": " before its message; keeps reason and
// other payloads. OK stays OK.
absl::Status WithContext(const absl::Status& status, std::string_view context);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_BASE_REASON_H_
