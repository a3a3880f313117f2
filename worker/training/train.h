#ifndef TUNESMITH_WORKER_TRAINING_TRAIN_H_
#define TUNESMITH_WORKER_TRAINING_TRAIN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
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

// A classifier's figures on one split.
struct EvaluationFigures {
  EvaluationPhase phase = EvaluationPhase::kBaseline;
  DataSplit split = DataSplit::kValidation;
  int64_t step = 0;
  double epoch = 0;
  // Mean cross-entropy over rows, without smoothing and weights.
  double loss = 0;
  double accuracy = 0;
  double macro_f1 = 0;
  double weighted_f1 = 0;
  std::vector<ClassFigures> classes;
  // Row by row, true class first: [i * classes + j].
  std::vector<int64_t> confusion_matrix;
  int64_t example_count = 0;
};

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
  // One line for people.
  virtual void OnLog(std::string_view message) = 0;
  // Asked before every microbatch; true ends the run with CANCELLED.
  virtual bool ShouldStop() = 0;
};

// How a run went; enough for the run record.
struct TrainingResult {
  int64_t steps = 0;
  double epochs = 0;
  // Step whose weights were kept.
  int64_t best_step = 0;
  bool stopped_early = false;
  // Rows that went through the network, each epoch's counted.
  int64_t training_examples = 0;
  // When the first batch entered the network, and when its step was done.
  absl::Time first_batch_time;
  absl::Time first_step_time;
  std::vector<EvaluationFigures> evaluations;
  absl::Duration training_time;
  absl::Duration evaluation_time;
};

// Fine-tunes and writes the resulting Hugging Face model directory (config,
// weights, tokenizer files) into `output_directory`, which exists and is
// empty. The directory's bytes are a function of inputs and options alone (on
// one kind of machine): it holds no time, host or job id.
//
// CANCELLED when the observer said stop. ABORTED with reason
// NUMERICAL_FAILURE: loss or gradients are not finite.
// RESOURCE_EXHAUSTED with reason OUT_OF_MEMORY. Errors of DescribeModel.
absl::StatusOr<TrainingResult> Train(const TrainingInputs& inputs,
                                     const TrainingOptions& options,
                                     const std::string& output_directory,
                                     TrainingObserver& observer, Clock& clock);

// Loads libraries and makes the first, slow calls of the kernels that training
// uses, so that a later Train starts at once. `device`: "cpu" or "cuda:N".
absl::Status WarmUp(const std::string& device, int threads);

// The devices of this machine, "cpu" last; for example {"cuda:0", "cpu"}.
struct DeviceDescription {
  std::string device;
  // The device's own name.
  std::string name;
  int64_t memory_bytes = 0;
};
std::vector<DeviceDescription> ListDevices();

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_TRAIN_H_
