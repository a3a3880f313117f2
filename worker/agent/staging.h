#ifndef TUNESMITH_WORKER_AGENT_STAGING_H_
#define TUNESMITH_WORKER_AGENT_STAGING_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/artifact/artifact_store.h"
#include "tunesmith/internal/v1/trainer_channel.pb.h"
#include "tunesmith/internal/v1/work.pb.h"

namespace tunesmith::worker {

// Where trainers keep features of frozen networks, and what may be kept.
struct FeatureCacheOptions {
  // Empty: nowhere.
  std::string directory;
  int64_t max_bytes = int64_t{8} << 30;
};

// Runs a closure at once or on a thread for blocking work.
using BlockingRunner = std::function<void(std::function<void()>)>;

// Keys of every artifact that the item reads, each once.
std::vector<std::string> ArtifactKeysOf(const internal::v1::WorkItem& item);

// Brings an item's artifacts to this machine and makes its output directory.
// Does I/O. The result's `slot` is unset.
absl::StatusOr<internal::v1::TrainerAssignment> StageItem(
    const internal::v1::WorkItem& item, ArtifactStore& store);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_STAGING_H_
