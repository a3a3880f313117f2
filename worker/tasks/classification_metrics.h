#ifndef TUNESMITH_WORKER_TASKS_CLASSIFICATION_METRICS_H_
#define TUNESMITH_WORKER_TASKS_CLASSIFICATION_METRICS_H_

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace tunesmith::worker {

// Classes whose confusions are told as a matrix. With ten times as many it
// would be larger than most networks.
inline constexpr int64_t kMaxMatrixClasses = 1000;
// Confusions that are told one by one.
inline constexpr size_t kMaxConfusions = 50;

// One class's figures, as scikit-learn defines them with zero_division=0.
struct ClassMetrics {
  double precision = 0;
  double recall = 0;
  double f1 = 0;
  int64_t support = 0;
};

// Rows of one class that were taken for another one.
struct Confusion {
  int32_t label = 0;
  int32_t guess = 0;
  int64_t count = 0;

  bool operator==(const Confusion&) const = default;
};

// A classifier's figures, as scikit-learn defines them. Macro F1 is over the
// classes that rows or guesses hold, as its default is.
struct ClassificationMetrics {
  double accuracy = 0;
  double macro_f1 = 0;
  double weighted_f1 = 0;
  std::vector<ClassMetrics> classes;
  // Row by row, true class first; empty for more than kMaxMatrixClasses.
  std::vector<int64_t> confusion_matrix;
  // The most frequent ones, the most frequent first, of `confusion_count`.
  std::vector<Confusion> confusions;
  int64_t confusion_count = 0;
  int64_t example_count = 0;
};

// Counts right and wrong guesses. Values are in [0, class_count). Takes memory
// for the confusions that there are, not for those that there could be.
class GuessCounts {
 public:
  explicit GuessCounts(int64_t class_count)
      : right_(static_cast<size_t>(class_count)) {}

  void Add(int32_t label, int32_t guess) {
    if (label == guess) {
      ++right_[static_cast<size_t>(label)];
    } else {
      ++wrong_[{label, guess}];
    }
  }

  ClassificationMetrics Metrics() const;

 private:
  struct Pair {
    int32_t label;
    int32_t guess;

    bool operator==(const Pair&) const = default;
  };
  struct HashOfPair {
    size_t operator()(const Pair& pair) const {
      return static_cast<size_t>(pair.label) << 32 ^
             static_cast<size_t>(pair.guess);
    }
  };

  std::vector<int64_t> Matrix() const;

  // By class.
  std::vector<int64_t> right_;
  std::unordered_map<Pair, int64_t, HashOfPair> wrong_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TASKS_CLASSIFICATION_METRICS_H_
