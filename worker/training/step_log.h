#ifndef TUNESMITH_WORKER_TRAINING_STEP_LOG_H_
#define TUNESMITH_WORKER_TRAINING_STEP_LOG_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "ATen/core/Tensor.h"
#include "worker/training/train.h"
#include "worker/training/training_curve.h"

namespace tunesmith::worker {

// Steps whose figures are still on the device. Reading them waits for the
// device, so it is done for several steps at once.
class StepLog {
 public:
  struct Step {
    // Counted from 1.
    int64_t step = 0;
    double epoch = 0;
    double learning_rate = 0;
    // Scalars.
    at::Tensor loss;
    at::Tensor gradient_norm;
    // Rows of the batch.
    std::vector<int64_t> rows;
  };

  // `observer` outlives the log.
  explicit StepLog(TrainingObserver& observer) : observer_(observer) {}

  void Add(Step step);
  size_t size() const { return steps_.size(); }

  struct Summary {
    // Of the steps that are finite; nothing without one.
    std::optional<double> mean_loss;
    // Those that are not, in order.
    std::vector<Step> skipped;
  };

  // Reports the metrics of the steps that are finite and adds these to `curve`;
  // reports the others as skipped; forgets all.
  Summary Flush(TrainingCurve& curve);

 private:
  void Report(const Step& step, double loss, double norm);

  TrainingObserver& observer_;
  std::vector<Step> steps_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_STEP_LOG_H_
