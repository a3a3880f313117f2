#ifndef TUNESMITH_WORKER_TRAINING_STEP_LOG_H_
#define TUNESMITH_WORKER_TRAINING_STEP_LOG_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "ATen/core/Tensor.h"
#include "worker/kernels/transfer.h"
#include "worker/training/train.h"
#include "worker/training/training_curve.h"

namespace tunesmith::worker {

// Steps whose figures are still on the device. They are brought to the host for
// several steps at once, while the device goes on.
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
    int64_t finite = 0;
    // Those that are not, in order.
    std::vector<Step> skipped;
  };

  // Reports the metrics of the steps that are finite and adds these to `curve`;
  // reports the others as skipped; forgets all.
  Summary Flush(TrainingCurve& curve);
  // The same of the steps whose figures have arrived on the host, in order, and
  // begins to bring the others. Waits only for a device that is far behind.
  Summary FlushArrived(TrainingCurve& curve);

 private:
  // Steps whose figures, two for each, are on their way.
  struct Reading {
    std::vector<Step> steps;
    Readback figures;
  };

  // What a flush has come by.
  struct Sums {
    TrainingCurve& curve;
    double loss = 0;
    int64_t finite = 0;
    std::vector<Step> skipped = {};
  };

  void BeginReading();
  // Until at most so many readings are left, and all that have arrived.
  Summary FlushTo(TrainingCurve& curve, size_t most_left);
  void Report(Reading reading, Sums& sums);
  void ReportMetrics(const Step& step, double loss, double norm);

  TrainingObserver& observer_;
  std::vector<Step> steps_;
  std::deque<Reading> readings_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_STEP_LOG_H_
