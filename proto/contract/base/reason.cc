#include "proto/contract/base/reason.h"

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace tunesmith {
namespace {

constexpr char kReasonPayload[] = "tunesmith/reason";

// Debian's absl::string_view is a type of its own.
absl::string_view View(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}

}  // namespace

absl::Status ReasonedError(absl::StatusCode code, std::string_view reason,
                           std::string_view message) {
  absl::Status status(code, View(message));
  status.SetPayload(kReasonPayload, absl::Cord(View(reason)));
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  absl::optional<absl::Cord> payload = status.GetPayload(kReasonPayload);
  return payload.has_value() ? std::string(*payload) : std::string();
}

absl::Status WithContext(const absl::Status& status, std::string_view context) {
  if (status.ok()) return status;
  std::string message(context);
  message += ": ";
  message += std::string(status.message());
  absl::Status result(status.code(), message);
  status.ForEachPayload(
      [&result](absl::string_view type_url, const absl::Cord& payload) {
        result.SetPayload(type_url, payload);
      });
  return result;
}

}  // namespace tunesmith
