#include "proto/contract/resource_name.h"

#include "absl/strings/ascii.h"
#include "proto/contract/error.h"

namespace tunesmith {

std::string_view CollectionOf(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::kJob:
      return "jobs";
    case ResourceKind::kModel:
      return "models";
    case ResourceKind::kDataset:
      return "datasets";
    case ResourceKind::kWorker:
      return "workers";
  }
  return "";
}

std::string_view TypeOf(ResourceKind kind) {
  std::string_view collection = CollectionOf(kind);
  collection.remove_suffix(1);
  return collection;
}

std::string ResourceName(ResourceKind kind, std::string_view id) {
  std::string name(CollectionOf(kind));
  name += '/';
  name += id;
  return name;
}

absl::StatusOr<std::string> ParseResourceName(ResourceKind kind,
                                              std::string_view name) {
  std::string prefix = ResourceName(kind, "");
  if (name.substr(0, prefix.size()) == prefix &&
      IsResourceId(name.substr(prefix.size()))) {
    return std::string(name.substr(prefix.size()));
  }
  return MakeError(absl::StatusCode::kInvalidArgument,
                   v1::ERROR_REASON_INVALID_FIELD,
                   "expected " + prefix + "{id}, got: \"" +
                       std::string(name.substr(0, 128)) + "\"");
}

bool IsResourceId(std::string_view id) {
  if (id.empty() || id.size() > 63) return false;
  for (char c : id) {
    bool alphanumeric = absl::ascii_islower(c) || absl::ascii_isdigit(c);
    if (!alphanumeric && c != '-' && c != '.') return false;
  }
  return id[0] != '-' && id[0] != '.';
}

}  // namespace tunesmith
