#ifndef TUNESMITH_WORKER_TRAINING_TRAINING_STATE_H_
#define TUNESMITH_WORKER_TRAINING_TRAINING_STATE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "worker/training/environment.h"
#include "worker/training/schedule.h"
#include "worker/training/train.h"
#include "worker/training/training_curve.h"

namespace tunesmith::worker {

// What early stopping and the choice of the best weights remember.
struct SelectionState {
  struct Best {
    // Steps before its evaluation.
    int64_t step = 0;
    // Of the primary metric and of the loss, higher is better.
    double score = 0;
    double tie_score = 0;
    // The primary metric.
    double value = 0;
  };
  // Unset before the first evaluation.
  std::optional<Best> best;
  int evaluations_without_improvement = 0;
};

// Where a run stands between two steps: with the tensors, all that the rest of
// the run depends on. Random draws follow from seed and position alone.
struct TrainingState {
  // Optimizer steps and whole epochs done.
  int64_t step = 0;
  int64_t epoch = 0;
  // Rows that steps went over, each epoch's counted.
  int64_t training_examples = 0;
  // Steps that changed nothing because loss or gradients were not finite, since
  // the begin or since the learning rate was cut.
  int64_t skipped_steps = 0;
  // Steps that changed something, of all that this run was told of.
  int64_t effective_steps = 0;
  bool baseline_done = false;
  // The epoch that has just ended was not evaluated yet.
  bool evaluation_due = false;
  bool stopped_early = false;
  SelectionState selection;
  // Validation figures of the weights that will be the result.
  std::optional<EvaluationFigures> best;
  std::vector<EvaluationFigures> evaluations;
  // Of the steps so far; where it changed, of the last ones.
  Environment environment;
  // Of the steps up to `step`, once these were reported.
  TrainingCurve curve;
  absl::Duration training_time;
  absl::Duration evaluation_time;
  // Of the device; unset where a part of it is not known.
  std::optional<double> energy_joules = 0;
};

// Where a run of another length and with other settings begins that goes on
// from `state`: position and curve, nothing of what was measured.
TrainingState ForkOf(TrainingState state, const RunLength& length);

// Doubles come back with the same bits; those that are not finite are text.
nlohmann::json ToJson(const TrainingState& state);

// INVALID_ARGUMENT when `json` is not what ToJson makes.
absl::StatusOr<TrainingState> ParseTrainingState(const nlohmann::json& json);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_TRAINING_STATE_H_
