#include "worker/training/training_curve.h"

namespace tunesmith::worker {

void TrainingCurve::Add(int64_t step, double loss, double learning_rate) {
  if (spans_.empty() || spans_.back().steps == spans_.front().steps) {
    if (spans_.size() >= kMaxPoints) MergePairs();
    spans_.emplace_back();
  }
  Span& last = spans_.back();
  last.last_step = step;
  ++last.steps;
  last.loss_sum += loss;
  last.learning_rate = learning_rate;
}

void TrainingCurve::MergePairs() {
  for (size_t i = 0; i + 1 < spans_.size(); i += 2) {
    Span merged = spans_[i + 1];
    merged.steps += spans_[i].steps;
    merged.loss_sum += spans_[i].loss_sum;
    spans_[i / 2] = merged;
  }
  spans_.resize(spans_.size() / 2);
}

std::vector<TrainingPoint> TrainingCurve::Points() const {
  std::vector<TrainingPoint> points;
  points.reserve(spans_.size());
  for (const Span& span : spans_) {
    points.push_back({.step = span.last_step,
                      .steps = span.steps,
                      .loss = span.loss_sum / static_cast<double>(span.steps),
                      .learning_rate = span.learning_rate});
  }
  return points;
}

}  // namespace tunesmith::worker
