#ifndef TUNESMITH_WORKER_DATA_LABELS_H_
#define TUNESMITH_WORKER_DATA_LABELS_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/labelled_samples.h"

namespace tunesmith::worker {

// Labels that a task may have.
inline constexpr size_t kMaxLabels = 1000;

// The labels in the order of the network's outputs: `given`, or, when that is
// empty, those of the training rows sorted by byte. INVALID_ARGUMENT with
// reason BAD_CLASS_COUNT when the training rows have fewer than two classes,
// or there are more than kMaxLabels.
absl::StatusOr<std::vector<std::string>> ResolveLabels(
    const std::vector<std::string>& given,
    const std::vector<LabelledSample>& training);

// The position of each row's label. INVALID_ARGUMENT with reason
// UNKNOWN_LABEL names label, row and dataset.
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
