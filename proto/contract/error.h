#ifndef TUNESMITH_PROTO_CONTRACT_ERROR_H_
#define TUNESMITH_PROTO_CONTRACT_ERROR_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/rpc/status.pb.h"
#include "tunesmith/v1/errors.pb.h"

// Errors as the contract describes them: an absl::Status whose payloads are
// the google.rpc detail messages. Both directions keep code, message, reason
// and details.

namespace tunesmith {

// A problem with one field. `field` is a proto path in snake_case, for example
// "job.spec.hyperparameters.batch_size".
struct FieldViolation {
  std::string field;
  std::string description;

  bool operator==(const FieldViolation&) const = default;
};

// An error with ErrorInfo.
absl::Status MakeError(absl::StatusCode code, v1::ErrorReason reason,
                       std::string_view message);

// INVALID_ARGUMENT with BadRequest. Keeps at most 32 violations and 4 KiB of
// them and says how many more there are. `violations` is not empty.
absl::Status InvalidFieldsError(
    const std::vector<FieldViolation>& violations,
    v1::ErrorReason reason = v1::ERROR_REASON_INVALID_FIELD);

// NOT_FOUND with ResourceInfo, for example ("model", "models/brt"). `hint` may
// be empty.
absl::Status ResourceNotFoundError(std::string_view type, std::string_view name,
                                   std::string_view hint = "");

// FAILED_PRECONDITION with PreconditionFailure of type "STATE".
absl::Status IllegalTransitionError(std::string_view resource,
                                    std::string_view state,
                                    std::string_view action);

// RESOURCE_EXHAUSTED with QuotaFailure and RetryInfo.
absl::Status QuotaError(v1::ErrorReason reason, std::string_view subject,
                        std::string_view message, absl::Duration retry_after);

// UNAVAILABLE with RetryInfo.
absl::Status UnavailableError(v1::ErrorReason reason, std::string_view message,
                              absl::Duration retry_after);

// The reason of `status`, or ERROR_REASON_UNSPECIFIED.
v1::ErrorReason ErrorReasonOf(const absl::Status& status);

// The reason's name as ErrorInfo carries it, without the prefix.
std::string_view ErrorReasonName(v1::ErrorReason reason);

// To and from the wire. A status without a reason gets none.
google::rpc::Status ToRpcStatus(const absl::Status& status);
absl::Status FromRpcStatus(const google::rpc::Status& status);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_ERROR_H_
