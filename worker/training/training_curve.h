#ifndef TUNESMITH_WORKER_TRAINING_TRAINING_CURVE_H_
#define TUNESMITH_WORKER_TRAINING_TRAINING_CURVE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "worker/training/train.h"

namespace tunesmith::worker {

// What remains of the figures of a run's steps, however many these are. A
// function of the steps alone: a run that goes on from the spans of another one
// ends with those of an undisturbed run, to the bit.
class TrainingCurve {
 public:
  // Of Points. Even, so that spans halve their number without a rest.
  static constexpr size_t kMaxPoints = 1000;

  // Steps that follow each other. All spans have equally many, but for the
  // last, which may have fewer.
  struct Span {
    int64_t last_step = 0;
    int64_t steps = 0;
    double loss_sum = 0;
    // Of the last step.
    double learning_rate = 0;
  };

  TrainingCurve() = default;
  // Goes on after `spans`, which another one had.
  explicit TrainingCurve(std::vector<Span> spans) : spans_(std::move(spans)) {}

  // Adds the next step that is finite.
  void Add(int64_t step, double loss, double learning_rate);

  const std::vector<Span>& spans() const { return spans_; }
  std::vector<TrainingPoint> Points() const;

 private:
  // Makes one span of every two.
  void MergePairs();

  std::vector<Span> spans_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_TRAINING_CURVE_H_
