#include "worker/training/checkpoint.h"

#include <filesystem>

#include "proto/contract/base/status_macros.h"
#include "worker/formats/json_file.h"

namespace tunesmith::worker {
namespace {

constexpr char kWeightsFile[] = "/model/model.safetensors";
constexpr char kOptimizerFile[] = "/optimizer.safetensors";
constexpr char kBestFile[] = "/best.safetensors";
constexpr char kStateFile[] = "/state.json";

// Confusion matrices of many evaluations of many classes.
constexpr int64_t kMaxStateBytes = 1 << 30;

}  // namespace

absl::Status WriteCheckpoint(const TrainingState& state,
                             const CheckpointTensors& tensors,
                             const std::string& directory) {
  TUNESMITH_RETURN_IF_ERROR(
      WriteTensors(directory + kOptimizerFile, tensors.optimizer));
  if (!tensors.best.empty()) {
    TUNESMITH_RETURN_IF_ERROR(
        WriteTensors(directory + kBestFile, tensors.best));
  }
  return WriteJsonFile(directory + kStateFile, ToJson(state));
}

absl::StatusOr<TrainingState> ReadCheckpointState(
    const std::string& directory) {
  TUNESMITH_ASSIGN_OR_RETURN(
      nlohmann::json json,
      ReadJsonFile(directory + kStateFile, {.max_bytes = kMaxStateBytes}));
  return ParseTrainingState(json);
}

bool HasBestWeights(const std::string& directory) {
  std::error_code ignored;
  return std::filesystem::exists(directory + kBestFile, ignored);
}

absl::Status ReadCheckpointTensors(const std::string& directory,
                                   const CheckpointTensors& tensors) {
  TUNESMITH_RETURN_IF_ERROR(
      ReadTensorsInto(directory + kWeightsFile, tensors.trained));
  TUNESMITH_RETURN_IF_ERROR(
      ReadTensorsInto(directory + kOptimizerFile, tensors.optimizer));
  if (tensors.best.empty()) return absl::OkStatus();
  return ReadTensorsInto(directory + kBestFile, tensors.best);
}

}  // namespace tunesmith::worker
