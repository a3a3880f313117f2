#include "client/cli/render/error_text.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "client/cli/render/printable.h"
#include "google/rpc/error_details.pb.h"
#include "proto/contract/base/reason.h"

namespace tunesmith::cli {
namespace {

google::rpc::BadRequest BadRequestOf(const absl::Status& status) {
  google::rpc::BadRequest bad_request;
  absl::optional<absl::Cord> payload =
      status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  if (payload.has_value() &&
      !bad_request.ParseFromString(std::string(*payload))) {
    bad_request.Clear();
  }
  return bad_request;
}

// What the message says beyond the violations, which servers repeat in it.
std::string BeyondViolations(std::string message,
                             const google::rpc::BadRequest& bad_request) {
  std::string repeated;
  for (const auto& violation : bad_request.field_violations()) {
    absl::StrAppend(&repeated, repeated.empty() ? "" : "; ", violation.field(),
                    ": ", violation.description());
  }
  size_t found = message.find(repeated);
  if (repeated.empty() || found == std::string::npos) return message;
  message.replace(found, repeated.size(), "the request has problems");
  return message;
}

}  // namespace

std::string RenderError(const absl::Status& status) {
  google::rpc::BadRequest bad_request = BadRequestOf(status);
  std::string text = absl::StrCat(
      "error: ",
      Printable(BeyondViolations(std::string(status.message()), bad_request)),
      "\n");
  for (const auto& violation : bad_request.field_violations()) {
    absl::StrAppend(&text, "  ", Printable(violation.field()), ": ",
                    Printable(violation.description()), "\n");
  }
  std::string reason = ReasonOf(status);
  absl::StrAppend(&text, "reason: ",
                  reason.empty() ? absl::StatusCodeToString(status.code())
                                 : Printable(reason),
                  "\n");
  return text;
}

}  // namespace tunesmith::cli
