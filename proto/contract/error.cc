#include "proto/contract/error.h"

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/util/time_util.h"
#include "google/rpc/error_details.pb.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/utf8.h"

namespace tunesmith {
namespace {

constexpr char kDomain[] = "tunesmith";
constexpr char kTypePrefix[] = "type.googleapis.com/";
constexpr size_t kReasonPrefixLength = sizeof("ERROR_REASON_") - 1;
constexpr size_t kMaxViolations = 32;
constexpr size_t kMaxViolationBytes = 4096;

std::string TypeUrl(const google::protobuf::Message& message) {
  return kTypePrefix + message.GetDescriptor()->full_name();
}

void SetDetail(absl::Status& status, const google::protobuf::Message& detail) {
  status.SetPayload(TypeUrl(detail), absl::Cord(detail.SerializeAsString()));
}

std::string ReasonIn(const google::protobuf::Any& detail) {
  google::rpc::ErrorInfo info;
  return detail.UnpackTo(&info) && info.domain() == kDomain ? info.reason()
                                                            : "";
}

bool IsOwnErrorInfo(const google::protobuf::Any& detail) {
  return !ReasonIn(detail).empty();
}

google::rpc::RetryInfo RetryAfter(absl::Duration delay) {
  google::rpc::RetryInfo info;
  *info.mutable_retry_delay() =
      google::protobuf::util::TimeUtil::NanosecondsToDuration(
          absl::ToInt64Nanoseconds(delay));
  return info;
}

}  // namespace

std::string_view ErrorReasonName(v1::ErrorReason reason) {
  // A number that a newer release made up has no name here.
  if (!v1::ErrorReason_IsValid(reason)) reason = v1::ERROR_REASON_UNSPECIFIED;
  return std::string_view(v1::ErrorReason_Name(reason))
      .substr(kReasonPrefixLength);
}

absl::Status MakeError(absl::StatusCode code, v1::ErrorReason reason,
                       std::string_view message) {
  return ReasonedError(code, ErrorReasonName(reason), message);
}

absl::Status InvalidFieldsError(const std::vector<FieldViolation>& violations,
                                v1::ErrorReason reason) {
  google::rpc::BadRequest bad_request;
  size_t bytes = 0;
  for (const FieldViolation& violation : violations) {
    bytes += violation.field.size() + violation.description.size();
    if (bad_request.field_violations_size() == kMaxViolations ||
        (bytes > kMaxViolationBytes &&
         bad_request.field_violations_size() > 0)) {
      break;
    }
    google::rpc::BadRequest::FieldViolation& added =
        *bad_request.add_field_violations();
    added.set_field(ToUtf8(violation.field));
    added.set_description(
        ToUtf8(CutAtCharacter(violation.description, kMaxViolationBytes)));
  }
  std::string message;
  for (const auto& violation : bad_request.field_violations()) {
    absl::StrAppend(&message, message.empty() ? "" : "; ", violation.field(),
                    ": ", violation.description());
  }
  if (size_t more = violations.size() - bad_request.field_violations_size();
      more > 0) {
    absl::StrAppend(&message, "; and ", more, " more");
  }
  absl::Status status =
      MakeError(absl::StatusCode::kInvalidArgument, reason, message);
  SetDetail(status, bad_request);
  return status;
}

absl::Status ResourceNotFoundError(std::string_view type, std::string_view name,
                                   std::string_view hint) {
  std::string message = "unknown " + std::string(type) + ": ";
  message += name;
  if (!hint.empty()) message += " (" + std::string(hint) + ")";
  absl::Status status = MakeError(absl::StatusCode::kNotFound,
                                  v1::ERROR_REASON_RESOURCE_NOT_FOUND, message);
  google::rpc::ResourceInfo info;
  info.set_resource_type("tunesmith/" + std::string(type));
  info.set_resource_name(ToUtf8(name));
  SetDetail(status, info);
  return status;
}

absl::Status IllegalTransitionError(std::string_view resource,
                                    std::string_view state,
                                    std::string_view action) {
  std::string message = "cannot " + std::string(action) + " " +
                        std::string(resource) + " in state " +
                        std::string(state);
  absl::Status status = MakeError(absl::StatusCode::kFailedPrecondition,
                                  v1::ERROR_REASON_ILLEGAL_TRANSITION, message);
  google::rpc::PreconditionFailure failure;
  google::rpc::PreconditionFailure::Violation& violation =
      *failure.add_violations();
  violation.set_type("STATE");
  violation.set_subject(std::string(resource));
  violation.set_description(message);
  SetDetail(status, failure);
  return status;
}

absl::Status QuotaError(v1::ErrorReason reason, std::string_view subject,
                        std::string_view message, absl::Duration retry_after) {
  absl::Status status =
      MakeError(absl::StatusCode::kResourceExhausted, reason, message);
  google::rpc::QuotaFailure failure;
  google::rpc::QuotaFailure::Violation& violation = *failure.add_violations();
  violation.set_subject(std::string(subject));
  violation.set_description(std::string(message));
  SetDetail(status, failure);
  SetDetail(status, RetryAfter(retry_after));
  return status;
}

absl::Status UnavailableError(v1::ErrorReason reason, std::string_view message,
                              absl::Duration retry_after) {
  absl::Status status =
      MakeError(absl::StatusCode::kUnavailable, reason, message);
  SetDetail(status, RetryAfter(retry_after));
  return status;
}

v1::ErrorReason ErrorReasonOf(const absl::Status& status) {
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  v1::ErrorReason_Parse("ERROR_REASON_" + ReasonOf(status), &reason);
  return reason;
}

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  google::rpc::Status result;
  result.set_code(static_cast<int>(status.code()));
  // Messages quote files and paths, which can hold anything.
  result.set_message(ToUtf8(std::string(status.message())));
  if (std::string reason = ReasonOf(status); !reason.empty()) {
    google::rpc::ErrorInfo info;
    info.set_reason(reason);
    info.set_domain(kDomain);
    result.add_details()->PackFrom(info);
  }
  status.ForEachPayload(
      [&result](absl::string_view type_url, const absl::Cord& payload) {
        if (!absl::StartsWith(type_url, kTypePrefix)) return;
        google::protobuf::Any& detail = *result.add_details();
        detail.set_type_url(std::string(type_url));
        detail.set_value(std::string(payload));
      });
  return result;
}

absl::Status FromRpcStatus(const google::rpc::Status& status) {
  if (status.code() == 0) return absl::OkStatus();
  absl::StatusCode code = static_cast<absl::StatusCode>(status.code());
  std::string reason;
  for (const google::protobuf::Any& detail : status.details()) {
    if (IsOwnErrorInfo(detail)) reason = ReasonIn(detail);
  }
  absl::Status result = reason.empty()
                            ? absl::Status(code, status.message())
                            : ReasonedError(code, reason, status.message());
  for (const google::protobuf::Any& detail : status.details()) {
    if (!IsOwnErrorInfo(detail)) {
      result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
    }
  }
  return result;
}

}  // namespace tunesmith
