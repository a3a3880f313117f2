#ifndef TUNESMITH_WORKER_TRAINING_TRAINING_RUN_H_
#define TUNESMITH_WORKER_TRAINING_TRAINING_RUN_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/models/pretrained.h"
#include "worker/tasks/text_classifier.h"
#include "worker/training/best_weights.h"
#include "worker/training/model_selection.h"
#include "worker/training/optimizer.h"
#include "worker/training/rate_meter.h"
#include "worker/training/schedule.h"
#include "worker/training/step_log.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// One fine-tuning run: its network, optimizer and position. Train calls its
// methods in the order in which they stand here. Everything it is given
// outlives it. Methods throw what Torch throws.
class TrainingRun {
 public:
  // Errors of DescribeModel, CheckInputs, ApplyFreezing and OpenDevice.
  static absl::StatusOr<std::unique_ptr<TrainingRun>> Create(
      const TrainingInputs& inputs, const TrainingOptions& options,
      TrainingObserver& observer, Clock& clock);

  absl::Status EvaluateBaseline();

  // Whether all steps are done or early stopping ended the run.
  bool Done() const;

  // One pass over training data, or what is left of the run.
  absl::Status TrainEpoch();

  // Evaluates on validation data and keeps the weights when they are the best.
  absl::Status EvaluateEpoch();

  // Brings the best weights back and evaluates them.
  absl::Status EvaluateFinal();

  absl::Status Save(const std::string& directory);

  TrainingResult TakeResult();

 private:
  TrainingRun(const TrainingInputs& inputs, const TrainingOptions& options,
              TrainingObserver& observer, Clock& clock);

  absl::Status Load();
  absl::Status TrainStep(const std::vector<int32_t>& batch);
  // Reads back pending steps and reports progress; `always` or when due.
  absl::Status ReportSteps(bool always);
  void ReportProgress(TrainingPhase phase, std::optional<double> loss);
  absl::Duration TimeRemaining() const;
  absl::StatusOr<EvaluationFigures> Evaluate(EvaluationPhase phase,
                                             DataSplit split);
  void Publish(const EvaluationFigures& figures);
  double Epoch() const;

  const TrainingInputs& inputs_;
  const TrainingOptions& options_;
  TrainingObserver& observer_;
  Clock& clock_;
  const RunLength length_;

  at::Device device_ = at::kCPU;
  std::unique_ptr<PretrainedModel> base_;
  std::shared_ptr<TextClassifier> model_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<BestWeights> best_weights_;
  ClassificationLoss loss_;
  std::vector<int32_t> lengths_;

  int64_t step_ = 0;
  int64_t epoch_ = 0;
  ModelSelection selection_;
  // Validation figures of the weights in best_weights_.
  std::optional<EvaluationFigures> best_;
  StepLog log_;
  RateMeter steps_rate_;
  RateMeter examples_rate_;
  double learning_rate_ = 0;
  absl::Duration last_report_;
  absl::Duration last_evaluation_;
  TrainingResult result_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_TRAINING_RUN_H_
