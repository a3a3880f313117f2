#ifndef TUNESMITH_WORKER_TRAINING_TRAIN_H_
#define TUNESMITH_WORKER_TRAINING_TRAIN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
#include "worker/tasks/classification_metrics.h"
#include "worker/training/energy.h"
#include "worker/training/options.h"

namespace tunesmith::worker {

enum class DataSplit { kTraining, kValidation, kTest };
enum class EvaluationPhase { kBaseline, kEpoch, kFinal };

// One class's figures, as scikit-learn defines them with zero_division=0.
struct ClassFigures {
  double precision = 0;
  double recall = 0;
  double f1 = 0;
  int64_t support = 0;
};

// A row that a classifier guessed wrong.
struct Mistake {
  // As in Example.
  int64_t row = 0;
  // Indices into the task's labels.
  int32_t label = 0;
  int32_t guess = 0;
  // Probability that the network gave its guess.
  double confidence = 0;

  bool operator==(const Mistake&) const = default;
};

// A classifier's figures on one split.
struct EvaluationFigures {
  EvaluationPhase phase = EvaluationPhase::kBaseline;
  DataSplit split = DataSplit::kValidation;
  int64_t step = 0;
  double epoch = 0;
  // Mean cross-entropy over rows, without smoothing and weights.
  double loss = 0;
  double accuracy = 0;
  // Over the classes that the rows or the guesses hold.
  double macro_f1 = 0;
  double weighted_f1 = 0;
  std::vector<ClassFigures> classes;
  // Row by row, true class first: [i * classes + j]. Empty for more than
  // kMaxMatrixClasses.
  std::vector<int64_t> confusion_matrix;
  int64_t example_count = 0;
  // Rows for which the network gave something that is not finite, and the first
  // one of them.
  int64_t broken_count = 0;
  std::optional<int64_t> first_broken_row;
  // The most frequent ones, the most frequent first, and how many there are; of
  // a run's evaluations only the final ones keep them.
  std::vector<Confusion> confusions;
  int64_t confusion_count = 0;
  // The most confident ones, the most confident first; of a run's evaluations
  // only the final ones keep them.
  std::vector<Mistake> mistakes;
};

// The figures that are metrics, under the names that OnMetric has.
std::vector<std::pair<std::string_view, double>> NamedFigures(
    const EvaluationFigures& figures);

enum class TrainingPhase { kLoading, kTraining, kEvaluating, kSaving };

struct TrainingProgress {
  TrainingPhase phase = TrainingPhase::kLoading;
  int64_t step = 0;
  int64_t total_steps = 0;
  double epoch = 0;
  // Rows that steps went over, each epoch's counted.
  int64_t examples = 0;
  double examples_per_second = 0;
  std::optional<absl::Duration> time_remaining;
  // Mean since the last report.
  std::optional<double> loss;
  double learning_rate = 0;
};

// A checkpoint that is sealed.
struct CheckpointFigures {
  int64_t step = 0;
  double epoch = 0;
  // Its weights are the best so far, or none were measured.
  bool best = false;
};

// What somebody wants of a run that has not ended.
enum class StopRequest {
  kNone,
  // End with CANCELLED.
  kCancel,
  // Take a checkpoint and end.
  kCheckpoint,
};

// Hears of a run. Called from the thread that trains; must not block for long.
class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;

  virtual void OnProgress(const TrainingProgress& progress) = 0;
  // `name`: "loss", "learning_rate", "gradient_norm" of DataSplit::kTraining;
  // "loss", "accuracy", "macro_f1", "weighted_f1" of the others.
  virtual void OnMetric(DataSplit split, std::string_view name, int64_t step,
                        double epoch, double value) = 0;
  virtual void OnEvaluation(const EvaluationFigures& figures) = 0;
  // The loss or the gradients of the batch with these rows were not finite: the
  // step changed nothing. It has no metrics.
  virtual void OnSkippedStep(int64_t step,
                             const std::vector<int64_t>& rows) = 0;
  // The step after `microbatch.from_step` steps, and all after it, go through
  // the network with fewer rows at once; comes before anything else of them.
  virtual void OnMicrobatch(const Microbatch& microbatch) = 0;
  // After every metric and evaluation of the steps up to it.
  virtual void OnCheckpoint(const CheckpointFigures& figures) = 0;
  // The run goes on after `step` steps that were done elsewhere; `differences`
  // says what may change its last bits.
  virtual void OnEnvironmentChanged(int64_t step,
                                    std::string_view differences) = 0;
  // One could not be written; the run goes on.
  virtual void OnCheckpointFailed(int64_t step, const absl::Status& why) = 0;
  // One line for people.
  virtual void OnLog(std::string_view message) = 0;
  // Asked before every microbatch.
  virtual StopRequest ShouldStop() = 0;
};

// Keeps the files of checkpoints. Called from a thread of the run's, for one
// checkpoint at a time.
class CheckpointStore {
 public:
  virtual ~CheckpointStore() = default;

  // An empty directory for the checkpoint after `step`.
  virtual absl::StatusOr<std::string> Begin(int64_t step) = 0;
  // Its files are complete: makes them durable.
  virtual absl::Status Seal(int64_t step) = 0;
};

// What a run reads and writes.
struct TrainingPlaces {
  // Exists and is empty; for the result.
  std::string output_directory;
  // A checkpoint to go on from, verified; empty: begin at step 0.
  std::string resume_directory;
  // It is a run's with other options: what that one measured does not count
  // (see ForkOf).
  bool is_fork = false;
  // Outlives the run.
  CheckpointStore* checkpoints = nullptr;
  // Of the device, where the run has it alone.
  EnergyMeter energy_meter = {};
};

// Steps that follow each other, but for those that were skipped, as one point
// of a curve.
struct TrainingPoint {
  // The last of the steps, counted from 1.
  int64_t step = 0;
  int64_t steps = 0;
  // Mean of the steps' losses.
  double loss = 0;
  // Of the last step.
  double learning_rate = 0;
};

// Why a run ended before its last step; as `EarlyStop` of the API.
struct EarlyStop {
  int64_t step = 0;
  double epoch = 0;
  int64_t best_step = 0;
  // Of the primary metric.
  double best_value = 0;
};

// What a finished network gave for a few samples, so that whoever reads its
// files can see whether they give the same.
struct ResultProbe {
  // Validation data, or training data where there are none.
  DataSplit split = DataSplit::kValidation;
  // Positions among the split's examples.
  std::vector<size_t> samples;
  // That went through the network at once, at most.
  int rows_at_once = 1;
  // In fp32, sample by sample.
  std::vector<float> logits;
};

// How a run went; enough for the run record and the report.
struct TrainingResult {
  // Whether there is a model; otherwise the run ended at a checkpoint, by
  // request or after `last_step`.
  bool finished = true;
  int64_t steps = 0;
  double epochs = 0;
  // Step whose weights were kept.
  int64_t best_step = 0;
  std::optional<EarlyStop> early_stop;
  // Rows that went through the network, each epoch's counted.
  int64_t training_examples = 0;
  // When the first batch entered the network, and when its step was done.
  absl::Time first_batch_time;
  absl::Time first_step_time;
  std::vector<EvaluationFigures> evaluations;
  // From the first step on, also of a run that was stopped on the way; see
  // TrainingCurve.
  std::vector<TrainingPoint> curve;
  absl::Duration training_time;
  absl::Duration evaluation_time;
  // Of all attempts that count; unset where a part of it is not known.
  std::optional<double> energy_joules;
  // Of this attempt: checkpoints that were taken on the way, and how long steps
  // waited for them, which is part of `training_time`.
  int64_t checkpoints = 0;
  absl::Duration checkpoint_time;
  ResultProbe probe;
};

// Fine-tunes and writes the resulting Hugging Face model directory (config,
// weights, tokenizer files). The directory's bytes are a function of inputs and
// options alone (on one kind of machine), whether or not the run was stopped
// and resumed on the way: it holds no time, host or job id.
//
// CANCELLED when the observer said so. With reason NUMERICAL_FAILURE: ABORTED
// when loss or gradients were not finite in half of the steps, or in more than
// 1 % of them and more than 5, or the trained network gives what is not finite;
// INVALID_ARGUMENT when the base model does so before it has learned anything,
// or no step changed it: other settings of the optimizer would not help.
// RESOURCE_EXHAUSTED with reason OUT_OF_MEMORY. Errors of DescribeModel.
absl::StatusOr<TrainingResult> Train(const TrainingInputs& inputs,
                                     const TrainingOptions& options,
                                     const TrainingPlaces& places,
                                     TrainingObserver& observer, Clock& clock);

// Loads libraries and makes the first, slow calls of the kernels that training
// uses, so that a later Train starts at once. `device`: "cpu" or "cuda:N".
absl::Status WarmUp(const std::string& device, int threads);

struct DeviceDescription {
  // "cpu" or "cuda:N".
  std::string device;
  // The device's own name.
  std::string name;
  int64_t memory_bytes = 0;
  // Of a GPU: NVIDIA's id of it, compute capability ("9.0"), and the newest
  // version of CUDA that its driver knows ("13.0").
  std::string uuid = {};
  std::string compute_capability = {};
  std::string driver_version = {};
};

// Of "cpu", or of a GPU that this process uses; what is not known is empty.
DeviceDescription DescribeDevice(const std::string& device);

// Opens a device and lets it do what trainings need: a matrix product, a
// convolution and an attention, whose results are looked at. Errors of
// OpenDevice and CatchTorchErrors; DATA_LOSS when a result is wrong.
absl::StatusOr<DeviceDescription> ProbeDevice(const std::string& device);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_TRAIN_H_
