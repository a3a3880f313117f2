#ifndef TUNESMITH_WORKER_TRAINING_OPTIONS_H_
#define TUNESMITH_WORKER_TRAINING_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "worker/augmentation/batch_mix.h"
#include "worker/augmentation/image_transform.h"
#include "worker/augmentation/operation.h"
#include "worker/data/batching.h"
#include "worker/data/example.h"

namespace tunesmith::worker {

enum class ScheduleKind { kLinear, kCosine, kConstant, kOneCycle };
// kTf32: factors of matrix products and convolutions are rounded by a GPU that
// can; on a CPU the same as kFp32.
enum class Precision { kFp32, kBf16, kTf32 };
enum class PrimaryMetric { kAccuracy, kMacroF1, kWeightedF1, kLoss };

// How the learning rate moves.
struct Schedule {
  ScheduleKind kind = ScheduleKind::kLinear;
  double warmup_fraction = 0.1;
  // Of a one-cycle schedule, as torch's OneCycleLR has them.
  double initial_divisor = 25;
  double final_divisor = 1e4;
};

// A parameter and what the server resolved for it.
struct ParameterPlan {
  std::string name;
  // All the time.
  bool frozen = false;
  // Whole epochs before it trains.
  int64_t trains_from_epoch = 0;
  // What the learning rate is multiplied by.
  double learning_rate_factor = 1;
};

struct EarlyStopping {
  int patience = 2;
  double min_delta = 0;
};

// Rows that go through the network at once, from the step after `from_step`
// steps on; also in the evaluation before it where `from_evaluation` says so.
struct Microbatch {
  int64_t from_step = 0;
  int rows = 0;
  bool from_evaluation = false;

  bool operator==(const Microbatch&) const = default;
};

// From the step after `from_step` steps on, the learning rate is multiplied by
// `factor`.
struct LearningRateCut {
  int64_t from_step = 0;
  double factor = 1;
};

// When to take checkpoints, besides on request.
struct CheckpointPolicy {
  // Steps that are multiples of it; unset: by time.
  std::optional<int64_t> period_steps;
  absl::Duration period = absl::InfiniteDuration();
  // After the last step.
  bool at_end = false;
};

// What is done with features while only the head trains.
struct FeatureOptions {
  // Of each training sample, where samples are varied.
  int64_t views = 1;
  // Computed in each epoch anew otherwise.
  bool cache = true;
  // See FeatureCache; empty: memory alone.
  std::string directory = {};
  int64_t max_bytes = 0;
};

// How pictures come to a network.
struct PictureOptions {
  ImageTransform transform;
  // Of training data alone.
  AugmentationPlan augmentation;
  BatchMix mix;
};

// How to train; resolved by the server, so nothing here has a meaning of its
// own. Units and bounds are those of the API's JobSpec.
struct TrainingOptions {
  int64_t seed = 42;
  // Exactly one is set.
  std::optional<double> epochs;
  std::optional<int64_t> max_steps;
  // End after this step as if StopRequest::kCheckpoint had come; unset: at the
  // end.
  std::optional<int64_t> last_step;
  // What the mathematics sees; see MicrobatchPlan for what the device sees.
  int batch_size = 32;
  // What was found to fit, in the order of the steps.
  std::vector<Microbatch> microbatches;
  double learning_rate = 5e-5;
  std::optional<LearningRateCut> learning_rate_cut;
  double weight_decay = 0.01;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  Schedule schedule;
  // 0: no clipping.
  double max_gradient_norm = 1.0;
  double label_smoothing = 0;
  // Unset: what the model's config says.
  std::optional<double> dropout;
  Precision precision = Precision::kFp32;
  // A GPU adds in a fixed order; see ApplyNumerics.
  bool deterministic = true;
  BatchOrder order = BatchOrder::kLengthGrouped;
  // One for each label.
  std::vector<double> class_weights;
  bool evaluate_baseline = true;
  PrimaryMetric primary_metric = PrimaryMetric::kAccuracy;
  std::optional<EarlyStopping> early_stopping;
  bool keep_best = true;
  CheckpointPolicy checkpoints;
  FeatureOptions features;
  // Unset: nothing is varied, and the model says the rest.
  std::optional<PictureOptions> pictures;
  // Of pictures, where it is not the model's own.
  std::optional<int> image_size;
  // Of texts, which were cut to so many tokens; a result says so.
  std::optional<int> max_length;
  // Every parameter of network and head.
  std::vector<ParameterPlan> parameters;
  // "cpu" or "cuda:N".
  std::string device = "cpu";
  int threads = 1;
};

// What to train, and on what.
struct TrainingInputs {
  // Hugging Face model directory.
  std::string base_model_directory;
  // In the order of the outputs.
  std::vector<std::string> labels;
  std::vector<Example> training;
  // Empty: none.
  std::vector<Example> validation;
  std::vector<Example> test;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_OPTIONS_H_
