#include "proto/contract/resource_name.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/error.h"

namespace tunesmith {
namespace {

constexpr char kCheckpoints[] = "/checkpoints/";

// Digits alone, in the one way to write the number.
bool ReadStep(std::string_view text, int64_t& step) {
  return absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &step) &&
         step >= 0 && absl::StrCat(step) == text;
}

}  // namespace

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

std::string CheckpointNameOf(std::string_view job, int64_t step) {
  return absl::StrCat(std::string(job), kCheckpoints, step);
}

absl::StatusOr<CheckpointName> ParseCheckpointName(std::string_view name) {
  size_t begin = name.find(kCheckpoints);
  std::string_view job = name.substr(0, begin);
  CheckpointName parsed;
  bool fits =
      begin != std::string_view::npos &&
      ReadStep(name.substr(job.size() + sizeof(kCheckpoints) - 1), parsed.step);
  absl::StatusOr<std::string> id = ParseResourceName(ResourceKind::kJob, job);
  if (fits && id.ok()) {
    parsed.job_id = *std::move(id);
    return parsed;
  }
  return MakeError(
      absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_INVALID_FIELD,
      absl::StrCat("expected jobs/{id}/checkpoints/{step}, got: \"",
                   std::string(name.substr(0, 128)), "\""));
}

bool LooksLikeCheckpoint(std::string_view name) {
  return name.find(kCheckpoints) != std::string_view::npos;
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
