#ifndef TUNESMITH_WORKER_TRAINING_TRAINING_RUN_H_
#define TUNESMITH_WORKER_TRAINING_TRAINING_RUN_H_

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/data/batching.h"
#include "worker/models/pretrained.h"
#include "worker/training/batch_gradients.h"
#include "worker/training/best_weights.h"
#include "worker/training/energy.h"
#include "worker/training/microbatch_plan.h"
#include "worker/training/model_selection.h"
#include "worker/training/network.h"
#include "worker/training/optimizer.h"
#include "worker/training/run_checkpoints.h"
#include "worker/training/run_reporter.h"
#include "worker/training/running_statistics.h"
#include "worker/training/schedule.h"
#include "worker/training/train.h"
#include "worker/training/training_state.h"

namespace tunesmith::worker {

// One fine-tuning run: its network, optimizer and position. Train calls its
// methods in the order in which they stand here; those whose work was done
// before a checkpoint do nothing. Between calls, and whenever one returns
// CANCELLED, the run stands between two steps. Everything it is given outlives
// it. Methods throw what Torch throws.
class TrainingRun {
 public:
  // Errors of DescribeModel, CheckInputs, ApplyFreezing, OpenDevice and
  // ReadCheckpointTensors.
  static absl::StatusOr<std::unique_ptr<TrainingRun>> Create(
      const TrainingInputs& inputs, const TrainingOptions& options,
      const TrainingPlaces& places, TrainingObserver& observer, Clock& clock);

  absl::Status EvaluateBaseline();

  // Whether all steps are done or early stopping ended the run.
  bool Done() const;

  // One pass over training data, or what is left of it or of the run.
  absl::Status TrainEpoch();

  // Evaluates on validation data and keeps the weights when they are the best.
  absl::Status EvaluateEpoch();

  // Brings the best weights back and evaluates them.
  absl::Status EvaluateFinal();

  // Writes the result.
  absl::Status Save();

  // Takes a checkpoint, unless this step has one, and waits for its end.
  absl::Status SaveCheckpoint();

  TrainingResult TakeResult();

  // The observer's, or kCheckpoint after the last step that was asked for.
  StopRequest stop_request();

 private:
  TrainingRun(const TrainingInputs& inputs, const TrainingOptions& options,
              const TrainingPlaces& places, TrainingObserver& observer,
              Clock& clock);

  absl::Status Load();
  // Lets train what trains in the epoch that the run stands in.
  absl::Status UpdateFreezing();
  absl::Status Resume();
  // What a checkpoint holds of weights and optimizer state.
  absl::Status ReadTensors(const std::string& directory);
  absl::Status ReadTensorsOfFork(const std::string& directory);
  // All parameters and running statistics.
  std::vector<NamedTensor> Weights() const;
  // What the run moves: parameters that train, and running statistics.
  std::vector<NamedTensor> Moving() const;
  bool IsStopped() { return stop_request() != StopRequest::kNone; }
  absl::Status WriteModel(const std::vector<NamedTensor>& trained,
                          const std::string& directory) const;
  // Makes what these batches need and later ones find there; what that takes
  // tells nothing of how long these will.
  absl::Status PrepareBatches(const std::vector<Example>& examples,
                              std::span<const BatchIndices> batches,
                              const BatchUse& use);
  absl::Status TrainStep(const BatchIndices& batch);
  // Of the next step. Begins to count skipped steps anew where it is cut.
  absl::StatusOr<double> LearningRate();
  // A step all of whose memory is taken.
  struct PreparedStep {
    // Mean of the batch, a scalar on the device.
    at::Tensor loss;
    Optimizer::Step update;
  };
  // Brings the batch through the network, forth and back. Splits it as far as
  // memory demands. On an error there are no gradients, and nothing has moved.
  absl::StatusOr<PreparedStep> PrepareStep(const BatchIndices& batch);
  // The same without splitting; what has moved is the caller's to put back.
  absl::StatusOr<PreparedStep> TryStep(const BatchIndices& batch);
  // Halves what goes through the network at once, from here on, and tells;
  // false when that is one row already.
  bool Split(bool from_evaluation);
  // What evaluations run in: the final ones in fp32, so that their figures are
  // those that users of the result get, and so do all where a loss is what is
  // looked at; the others as training does.
  Precision PrecisionOf(EvaluationPhase phase) const;
  // Splits the examples as far as memory demands.
  absl::StatusOr<EvaluationFigures> FiguresOn(
      const std::vector<Example>& examples, Precision precision);
  absl::StatusOr<EvaluationFigures> Evaluate(EvaluationPhase phase,
                                             DataSplit split);
  void Publish(const EvaluationFigures& figures);
  void LogEarlyStop();
  // Takes a checkpoint where one is due.
  absl::Status TakeCheckpoint(bool improved);
  // After the last step, where it is wanted.
  void TakeLastCheckpoint();
  CheckpointTensors TensorsToKeep() const;
  CheckpointFigures FiguresOfCheckpoint() const;
  // Whether the result would have the weights after this step.
  bool IsBest() const;

  const TrainingInputs& inputs_;
  const TrainingOptions& options_;
  const TrainingPlaces& places_;
  TrainingObserver& observer_;
  Clock& clock_;
  const RunLength length_;

  at::Device device_ = at::kCPU;
  std::unique_ptr<PretrainedModel> base_;
  Network network_;
  std::unique_ptr<Optimizer> optimizer_;
  std::optional<RunningStatistics> statistics_;
  std::unique_ptr<BestWeights> best_weights_;
  std::optional<BatchGradients> gradients_;
  std::vector<int32_t> lengths_;

  TrainingState state_;
  MicrobatchPlan microbatches_;
  ModelSelection selection_;
  TrainingResult result_;
  Energy energy_;
  RunReporter reporter_;
  // Last: its thread reads what is above.
  RunCheckpoints checkpoints_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_TRAINING_RUN_H_
