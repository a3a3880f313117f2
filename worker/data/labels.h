#ifndef TUNESMITH_WORKER_DATA_LABELS_H_
#define TUNESMITH_WORKER_DATA_LABELS_H_

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/contract/labels/label_text.h"
#include "worker/data/labelled_samples.h"

namespace tunesmith::worker {

// Labels that a task may have.
inline constexpr size_t kMaxLabels = 32768;

// How each label is spelt, so that those with one LabelKey are one.
class LabelSpelling {
 public:
  // Folded labels are spelt as in `given`, those that are not there as most
  // training rows have it, of equally many as the first by byte.
  LabelSpelling(LabelNormalization normalization,
                const std::vector<std::string>& given,
                const std::vector<LabelledSample>& training);

  std::string Of(const std::string& label) const;

  // Gives every row its label's spelling.
  void Apply(std::vector<LabelledSample>& rows) const;

 private:
  const LabelNormalization normalization_;
  // Of folded labels, by key.
  std::unordered_map<std::string, std::string> folded_;
};

// The labels in the order of the network's outputs: `given` without
// repetitions, or, when that is empty, those of the training rows: whole
// numbers by value, anything else by byte. INVALID_ARGUMENT with reason
// BAD_CLASS_COUNT when the training rows have fewer than two classes, or there
// are more than kMaxLabels.
absl::StatusOr<std::vector<std::string>> ResolveLabels(
    const std::vector<std::string>& given,
    const std::vector<LabelledSample>& training);

// The position of each row's label. INVALID_ARGUMENT with reason
// UNKNOWN_LABEL names label, row and dataset, the label that was probably
// meant, and what would make them one.
absl::StatusOr<std::vector<int32_t>> IndexLabels(
    const std::vector<std::string>& labels,
    const std::vector<LabelledSample>& texts, const std::string& dataset);

// Rows of each of `class_count` classes.
std::vector<int64_t> CountLabels(std::span<const int32_t> labels,
                                 size_t class_count);

// Rows / (classes * rows of the class), as scikit-learn's "balanced"; 1 for a
// class without rows. Classes without rows do not count as classes.
std::vector<double> BalancedWeights(std::span<const int64_t> counts);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_LABELS_H_
