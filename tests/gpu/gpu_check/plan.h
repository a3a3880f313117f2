#ifndef TUNESMITH_TESTS_GPU_GPU_CHECK_PLAN_H_
#define TUNESMITH_TESTS_GPU_GPU_CHECK_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "worker/training/options.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// What the program is to do, as the stages ask for it in JSON: one object with
// the keys of these fields. Absent keys have these defaults.
struct Plan {
  // Directory of the model to train. Whether inputs are texts or pictures
  // follows from it.
  std::string model;
  // Training examples, and those to validate on.
  int examples = 64;
  int validation = 0;
  int labels = 4;
  // Tokens of a text, from the shortest to the longest.
  int min_length = 8;
  int max_length = 64;
  // Pixels of a picture's sides.
  int picture_size = 96;

  std::string device = "cpu";
  // "fp32", "tf32" or "bf16".
  std::string precision = "fp32";
  bool deterministic = true;
  int threads = 1;
  // Of the CPU with which a device is compared; 0: as many.
  int cpu_threads = 0;
  int64_t seed = 42;
  int64_t steps = 20;
  int batch_size = 8;
  double learning_rate = 1e-4;
  double dropout = 0.1;
  // Rows at once, from the step after `microbatch_from` on; 0: all.
  int microbatch = 0;
  int64_t microbatch_from = 0;

  // Where the result and checkpoints are written; both are made.
  std::string output;
  std::string checkpoints;
  // End at a checkpoint after this step; 0: at the end.
  int64_t stop_after = 0;
  // A checkpoint to go on from.
  std::string resume;

  // Steps before those that a profile counts.
  int64_t profile_after = 5;
};

// INVALID_ARGUMENT when the text is not such an object.
absl::StatusOr<Plan> ParsePlan(const std::string& text);

// Options in which every parameter of the model trains. UNIMPLEMENTED when this
// build lacks what the plan asks for; errors of DescribeModel.
absl::StatusOr<TrainingOptions> OptionsOf(const Plan& plan);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_GPU_GPU_CHECK_PLAN_H_
