#include "worker/tasks/classification_metrics.h"

#include <algorithm>
#include <tuple>

namespace tunesmith::worker {
namespace {

double Ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0
                    : static_cast<double>(part) / static_cast<double>(whole);
}

// Means over classes from the classes' own figures.
void AddMeans(ClassificationMetrics& metrics,
              const std::vector<int64_t>& guesses) {
  int64_t present = 0;
  for (size_t i = 0; i < metrics.classes.size(); ++i) {
    const ClassMetrics& one = metrics.classes[i];
    present += one.support + guesses[i] > 0;
    metrics.macro_f1 += one.f1;
    metrics.weighted_f1 += one.f1 * Ratio(one.support, metrics.example_count);
  }
  if (present > 0) metrics.macro_f1 /= static_cast<double>(present);
}

}  // namespace

std::vector<int64_t> GuessCounts::Matrix() const {
  const size_t n = right_.size();
  if (n > static_cast<size_t>(kMaxMatrixClasses)) return {};
  std::vector<int64_t> matrix(n * n);
  for (size_t i = 0; i < n; ++i) matrix[i * n + i] = right_[i];
  for (const auto& [pair, count] : wrong_) {
    matrix[static_cast<size_t>(pair.label) * n +
           static_cast<size_t>(pair.guess)] = count;
  }
  return matrix;
}

ClassificationMetrics GuessCounts::Metrics() const {
  ClassificationMetrics metrics;
  metrics.confusion_matrix = Matrix();
  std::vector<int64_t> support = right_;
  std::vector<int64_t> guesses = right_;
  for (const auto& [pair, count] : wrong_) {
    support[static_cast<size_t>(pair.label)] += count;
    guesses[static_cast<size_t>(pair.guess)] += count;
    metrics.confusions.push_back({pair.label, pair.guess, count});
  }
  metrics.confusion_count = static_cast<int64_t>(metrics.confusions.size());
  // In an order that does not depend on the table's.
  const size_t shown = std::min(kMaxConfusions, metrics.confusions.size());
  std::partial_sort(metrics.confusions.begin(),
                    metrics.confusions.begin() + static_cast<ptrdiff_t>(shown),
                    metrics.confusions.end(),
                    [](const Confusion& a, const Confusion& b) {
                      return std::tuple(-a.count, a.label, a.guess) <
                             std::tuple(-b.count, b.label, b.guess);
                    });
  metrics.confusions.resize(shown);
  int64_t right = 0;
  for (size_t i = 0; i < right_.size(); ++i) {
    metrics.classes.push_back(
        {.precision = Ratio(right_[i], guesses[i]),
         .recall = Ratio(right_[i], support[i]),
         .f1 = Ratio(2 * right_[i], support[i] + guesses[i]),
         .support = support[i]});
    metrics.example_count += support[i];
    right += right_[i];
  }
  metrics.accuracy = Ratio(right, metrics.example_count);
  AddMeans(metrics, guesses);
  return metrics;
}

}  // namespace tunesmith::worker
