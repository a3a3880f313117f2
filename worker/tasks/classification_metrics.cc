#include "worker/tasks/classification_metrics.h"

namespace tunesmith::worker {
namespace {

double Ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0
                    : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

ClassificationMetrics ConfusionMatrix::Metrics() const {
  ClassificationMetrics metrics;
  metrics.confusion_matrix = counts_;
  int64_t right = 0;
  for (int64_t i = 0; i < class_count_; ++i) {
    int64_t hits = counts_[static_cast<size_t>(i * class_count_ + i)];
    int64_t support = 0;
    int64_t guesses = 0;
    for (int64_t j = 0; j < class_count_; ++j) {
      support += counts_[static_cast<size_t>(i * class_count_ + j)];
      guesses += counts_[static_cast<size_t>(j * class_count_ + i)];
    }
    metrics.classes.push_back({.precision = Ratio(hits, guesses),
                               .recall = Ratio(hits, support),
                               .f1 = Ratio(2 * hits, support + guesses),
                               .support = support});
    metrics.example_count += support;
    right += hits;
  }
  metrics.accuracy = Ratio(right, metrics.example_count);
  for (const ClassMetrics& figures : metrics.classes) {
    metrics.macro_f1 += figures.f1 / static_cast<double>(class_count_);
    metrics.weighted_f1 +=
        figures.f1 * Ratio(figures.support, metrics.example_count);
  }
  return metrics;
}

}  // namespace tunesmith::worker
