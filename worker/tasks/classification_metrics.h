#ifndef TUNESMITH_WORKER_TASKS_CLASSIFICATION_METRICS_H_
#define TUNESMITH_WORKER_TASKS_CLASSIFICATION_METRICS_H_

#include <cstdint>
#include <span>
#include <vector>

namespace tunesmith::worker {

// One class's figures, as scikit-learn defines them with zero_division=0.
struct ClassMetrics {
  double precision = 0;
  double recall = 0;
  double f1 = 0;
  int64_t support = 0;
};

// A classifier's figures, as scikit-learn defines them. Macro F1 is over all
// classes, also those without a row.
struct ClassificationMetrics {
  double accuracy = 0;
  double macro_f1 = 0;
  double weighted_f1 = 0;
  std::vector<ClassMetrics> classes;
  // Row by row, true class first.
  std::vector<int64_t> confusion_matrix;
  int64_t example_count = 0;
};

// Counts right and wrong guesses. Values are in [0, class_count).
class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(int64_t class_count)
      : class_count_(class_count),
        counts_(static_cast<size_t>(class_count * class_count)) {}

  void Add(int64_t label, int64_t guess) {
    ++counts_[static_cast<size_t>(label * class_count_ + guess)];
  }

  ClassificationMetrics Metrics() const;

 private:
  const int64_t class_count_;
  std::vector<int64_t> counts_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TASKS_CLASSIFICATION_METRICS_H_
