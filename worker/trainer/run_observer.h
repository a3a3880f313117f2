#ifndef TUNESMITH_WORKER_TRAINER_RUN_OBSERVER_H_
#define TUNESMITH_WORKER_TRAINER_RUN_OBSERVER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "worker/trainer/checkpoint_directory.h"
#include "worker/trainer/run_end.h"
#include "worker/trainer/work_context.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// Turns what a training run tells into the item's progress and events.
class RunObserver : public TrainingObserver {
 public:
  // All that it refers to outlives this object; `execution` is kept up to date.
  RunObserver(const WorkContext& context,
              const std::vector<std::string>& labels, int64_t total_steps,
              const RunEnd& end, tunesmith::v1::Execution& execution,
              const CheckpointDirectory& checkpoints);

  void OnProgress(const TrainingProgress& progress) override;
  void OnMetric(DataSplit split, std::string_view name, int64_t step,
                double epoch, double value) override;
  void OnEvaluation(const EvaluationFigures& figures) override;
  void OnSkippedStep(int64_t step, const std::vector<int64_t>& rows) override;
  void OnMicrobatch(const Microbatch& microbatch) override;
  void OnCheckpoint(const CheckpointFigures& figures) override;
  void OnEnvironmentChanged(int64_t step,
                            std::string_view differences) override;
  void OnCheckpointFailed(int64_t step, const absl::Status& why) override;
  void OnLog(std::string_view message) override;
  StopRequest ShouldStop() override;

 private:
  const WorkContext& context_;
  const std::vector<std::string>& labels_;
  const int64_t total_steps_;
  const RunEnd& end_;
  tunesmith::v1::Execution& execution_;
  const CheckpointDirectory& checkpoints_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_RUN_OBSERVER_H_
