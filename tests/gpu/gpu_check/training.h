#ifndef TUNESMITH_TESTS_GPU_GPU_CHECK_TRAINING_H_
#define TUNESMITH_TESTS_GPU_GPU_CHECK_TRAINING_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/gpu/gpu_check/plan.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// Remembers what a run says that the stages compare.
class RunObserver : public TrainingObserver {
 public:
  void OnProgress(const TrainingProgress&) override {}
  void OnMetric(DataSplit split, std::string_view name, int64_t step, double,
                double value) override;
  void OnEvaluation(const EvaluationFigures&) override {}
  void OnSkippedStep(int64_t step, const std::vector<int64_t>&) override {
    skipped_steps.push_back(step);
  }
  void OnMicrobatch(const Microbatch& microbatch) override {
    microbatches.push_back(microbatch);
  }
  void OnCheckpoint(const CheckpointFigures&) override {}
  void OnEnvironmentChanged(int64_t, std::string_view differences) override {
    environment_changes.emplace_back(differences);
  }
  void OnCheckpointFailed(int64_t, const absl::Status& why) override {
    failures.emplace_back(why.message());
  }
  void OnLog(std::string_view) override {}
  StopRequest ShouldStop() override { return StopRequest::kNone; }

  // By step.
  std::map<int64_t, double> losses;
  std::map<int64_t, double> gradient_norms;
  std::vector<int64_t> skipped_steps;
  std::vector<Microbatch> microbatches;
  std::vector<std::string> environment_changes;
  // Of checkpoints.
  std::vector<std::string> failures;
};

// Trains as the plan says. Where it names no folders, what is written goes.
absl::StatusOr<TrainingResult> TrainAsPlanned(const Plan& plan,
                                              RunObserver& observer);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_GPU_GPU_CHECK_TRAINING_H_
