#ifndef TUNESMITH_PROTO_CONTRACT_RESOURCE_NAME_H_
#define TUNESMITH_PROTO_CONTRACT_RESOURCE_NAME_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tunesmith {

// The kinds of top-level resources; each has one collection.
enum class ResourceKind { kJob, kModel, kDataset, kWorker };

// "jobs", "models", "datasets" or "workers".
std::string_view CollectionOf(ResourceKind kind);

// "job", "model", "dataset" or "worker".
std::string_view TypeOf(ResourceKind kind);

// `{collection}/{id}`.
std::string ResourceName(ResourceKind kind, std::string_view id);

// The id of `{collection}/{id}`; INVALID_ARGUMENT when `name` is not of that
// form. The message says what was expected.
absl::StatusOr<std::string> ParseResourceName(ResourceKind kind,
                                              std::string_view name);

// A checkpoint as its name says it.
struct CheckpointName {
  std::string job_id;
  int64_t step = 0;
};

// `jobs/{job}/checkpoints/{step}`; `job` is the job's whole name.
std::string CheckpointNameOf(std::string_view job, int64_t step);

// INVALID_ARGUMENT when `name` is not of that form.
absl::StatusOr<CheckpointName> ParseCheckpointName(std::string_view name);

// Whether `name` has a checkpoint's form, as far as its parts tell.
bool LooksLikeCheckpoint(std::string_view name);

// Whether `id` is 1 to 63 of [a-z0-9-.], first a letter or digit.
bool IsResourceId(std::string_view id);

// What a malformed id is told.
inline constexpr char kResourceIdRule[] =
    "must be 1 to 63 characters of [a-z0-9-.], first a letter or digit";

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_RESOURCE_NAME_H_
