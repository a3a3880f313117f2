#include "server/api/request_check.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace tunesmith::server {

std::string RequestCheck::Name(std::string_view field, ResourceKind kind,
                               std::string_view name) {
  if (name.empty()) {
    Add(field, "required");
    return "";
  }
  absl::StatusOr<std::string> id = ParseResourceName(kind, name);
  if (!id.ok()) {
    Add(field, std::string(id.status().message()));
    return "";
  }
  return *std::move(id);
}

int RequestCheck::PageSize(int page_size, int fallback, int most) {
  if (page_size == 0) return fallback;
  if (page_size < 0 || page_size > most) {
    Add("page_size", absl::StrCat("must be 0 to ", most, ", got: ", page_size));
    return fallback;
  }
  return page_size;
}

void RequestCheck::Add(std::string_view field, std::string_view description) {
  violations_.push_back({std::string(field), std::string(description)});
}

void RequestCheck::AddAll(std::vector<FieldViolation> violations) {
  for (FieldViolation& violation : violations) {
    violations_.push_back(std::move(violation));
  }
}

absl::Status RequestCheck::ToStatus() const {
  return violations_.empty() ? absl::OkStatus()
                             : InvalidFieldsError(violations_);
}

}  // namespace tunesmith::server
