#include "worker/agent/staging.h"

#include <algorithm>

#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::worker {

std::vector<std::string> ArtifactKeysOf(const internal::v1::WorkItem& item) {
  std::vector<std::string> keys;
  auto add = [&keys](bool present, const internal::v1::Artifact& artifact) {
    const std::string& key = artifact.key();
    if (present && std::find(keys.begin(), keys.end(), key) == keys.end()) {
      keys.push_back(key);
    }
  };
  const internal::v1::TrainWork& train = item.train();
  add(train.has_base_model(), train.base_model().artifact());
  add(train.has_training(), train.training().artifact());
  add(train.has_validation(), train.validation().artifact());
  add(train.has_test(), train.test().artifact());
  add(item.has_inspect(), item.inspect().dataset().artifact());
  add(item.has_import(), item.import().model().artifact());
  add(item.has_preview(), item.preview().base_model().artifact());
  add(item.has_preview(), item.preview().dataset().artifact());
  add(item.has_predict(), item.predict().model().artifact());
  return keys;
}

namespace {

// A checkpoint that is gone is left out: an older one will do.
absl::Status StageCheckpoints(const internal::v1::TrainWork& work,
                              ArtifactStore& store,
                              internal::v1::TrainerAssignment& assignment) {
  for (const internal::v1::CheckpointInput& checkpoint : work.checkpoints()) {
    const std::string& key = checkpoint.artifact().key();
    absl::StatusOr<std::string> directory = store.Stage(key);
    if (absl::IsNotFound(directory.status())) continue;
    if (!directory.ok()) return WithContext(directory.status(), "staging");
    internal::v1::TrainerAssignment::LocalArtifact& artifact =
        *assignment.add_artifacts();
    artifact.set_key(key);
    artifact.set_directory(*directory);
  }
  absl::StatusOr<std::string> group = store.OpenGroup(work.checkpoint_group());
  if (!group.ok()) {
    return WithContext(group.status(), "preparing checkpoints");
  }
  assignment.set_checkpoint_directory(*group);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<internal::v1::TrainerAssignment> StageItem(
    const internal::v1::WorkItem& item, ArtifactStore& store) {
  internal::v1::TrainerAssignment assignment;
  *assignment.mutable_item() = item;
  for (const std::string& key : ArtifactKeysOf(item)) {
    absl::StatusOr<std::string> directory = store.Stage(key);
    if (!directory.ok()) return WithContext(directory.status(), "staging");
    internal::v1::TrainerAssignment::LocalArtifact& artifact =
        *assignment.add_artifacts();
    artifact.set_key(key);
    artifact.set_directory(*directory);
  }
  // An evaluation writes nothing.
  if (!item.train().output_key().empty()) {
    absl::StatusOr<std::string> output = store.Begin(item.train().output_key());
    if (!output.ok()) {
      return WithContext(output.status(), "preparing the output");
    }
    assignment.set_output_directory(*output);
    TUNESMITH_RETURN_IF_ERROR(
        StageCheckpoints(item.train(), store, assignment));
  }
  return assignment;
}

}  // namespace tunesmith::worker
