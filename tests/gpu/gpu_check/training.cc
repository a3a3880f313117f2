#include "tests/gpu/gpu_check/training.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/clock.h"
#include "proto/contract/base/status_macros.h"
#include "tests/gpu/gpu_check/random_inputs.h"
#include "tests/worker/scratch_directory.h"

namespace tunesmith::worker {
namespace {

// Keeps checkpoints in folders named by their steps.
class CheckpointFolders : public CheckpointStore {
 public:
  explicit CheckpointFolders(std::string directory)
      : directory_(std::move(directory)) {}

  absl::StatusOr<std::string> Begin(int64_t step) override {
    std::string path = absl::StrCat(directory_, "/", step);
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
    return path;
  }
  absl::Status Seal(int64_t) override { return absl::OkStatus(); }

 private:
  const std::string directory_;
};

}  // namespace

void RunObserver::OnMetric(DataSplit split, std::string_view name, int64_t step,
                           double, double value) {
  if (split != DataSplit::kTraining) return;
  if (name == "loss") losses[step] = value;
  if (name == "gradient_norm") gradient_norms[step] = value;
}

absl::StatusOr<TrainingResult> TrainAsPlanned(const Plan& plan,
                                              RunObserver& observer) {
  TUNESMITH_ASSIGN_OR_RETURN(TrainingInputs inputs, RandomInputs(plan));
  TUNESMITH_ASSIGN_OR_RETURN(TrainingOptions options, OptionsOf(plan));
  ScratchDirectory output;
  ScratchDirectory checkpoint_files;
  CheckpointFolders checkpoints(
      plan.checkpoints.empty() ? checkpoint_files.path() : plan.checkpoints);
  TrainingPlaces places{
      .output_directory = plan.output.empty() ? output.path() : plan.output,
      .resume_directory = plan.resume,
      .checkpoints = &checkpoints};
  std::filesystem::create_directories(places.output_directory);
  return Train(inputs, options, places, observer, SystemClock());
}

}  // namespace tunesmith::worker
