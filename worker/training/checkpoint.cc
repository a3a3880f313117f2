#include "worker/training/checkpoint.h"

#include <filesystem>
#include <set>
#include <thread>
#include <utility>

#include "proto/contract/base/parallel_for.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/json_file.h"
#include "worker/training/torch_errors.h"

namespace tunesmith::worker {
namespace {

constexpr char kModelDirectory[] = "/model";
constexpr char kWeightsFile[] = "/model/model.safetensors";
constexpr char kFirstMomentsFile[] = "/first_moments.safetensors";
constexpr char kSecondMomentsFile[] = "/second_moments.safetensors";
constexpr char kStepsFile[] = "/steps.safetensors";
constexpr char kBestFile[] = "/best.safetensors";
constexpr char kStateFile[] = "/state.json";

// Confusion matrices of many evaluations of many classes.
constexpr int64_t kMaxStateBytes = 1 << 30;

// A file of tensors.
struct TensorFile {
  const char* name;
  const std::vector<NamedTensor>& tensors;
};

std::vector<TensorFile> FilesOf(const CheckpointTensors& tensors) {
  std::vector<TensorFile> files = {
      {kFirstMomentsFile, tensors.optimizer.first_moments},
      {kSecondMomentsFile, tensors.optimizer.second_moments},
      {kStepsFile, tensors.optimizer.steps}};
  if (!tensors.best.empty()) files.push_back({kBestFile, tensors.best});
  return files;
}

absl::Status WriteModel(const std::vector<NamedTensor>& trained,
                        const ModelWriter& write_model,
                        const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directory(directory, error);
  if (!error) return write_model(trained, directory);
  return absl::InternalError("making " + directory + ": " + error.message());
}

}  // namespace

absl::Status WriteCheckpoint(const TrainingState& state,
                             const CheckpointTensors& tensors,
                             const ModelWriter& write_model,
                             const std::string& directory) {
  std::vector<TensorFile> files = FilesOf(tensors);
  std::vector<absl::Status> written(files.size() + 1);
  ParallelFor(
      written.size(), std::thread::hardware_concurrency(), [&](size_t i) {
        written[i] = CatchTorchErrors([&] {
          return i == files.size() ? WriteModel(tensors.trained, write_model,
                                                directory + kModelDirectory)
                                   : WriteTensors(directory + files[i].name,
                                                  files[i].tensors);
        });
      });
  for (const absl::Status& status : written) {
    TUNESMITH_RETURN_IF_ERROR(status);
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

absl::StatusOr<OptimizerState> SelectSaved(const std::string& directory,
                                           OptimizerState optimizer) {
  // The three files hold the same names.
  TUNESMITH_ASSIGN_OR_RETURN(std::set<std::string> saved,
                             TensorNames(directory + kStepsFile));
  for (std::vector<NamedTensor>* tensors :
       {&optimizer.first_moments, &optimizer.second_moments,
        &optimizer.steps}) {
    std::erase_if(*tensors, [&saved](const NamedTensor& tensor) {
      return !saved.contains(tensor.name);
    });
  }
  return optimizer;
}

absl::Status ReadCheckpointTensors(const std::string& directory,
                                   const CheckpointTensors& tensors) {
  TUNESMITH_RETURN_IF_ERROR(
      ReadTensorsInto(directory + kWeightsFile, tensors.trained));
  for (const TensorFile& file : FilesOf(tensors)) {
    TUNESMITH_RETURN_IF_ERROR(
        ReadTensorsInto(directory + file.name, file.tensors));
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::worker
