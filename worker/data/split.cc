#include "worker/data/split.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "worker/random/counter_random.h"

namespace tunesmith::worker {
namespace {

// How many rows each class gives.
std::vector<int64_t> ClassShares(
    const std::vector<std::vector<int32_t>>& classes, double fraction,
    int64_t row_count) {
  std::vector<int64_t> shares(classes.size(), 0);
  std::vector<double> remainders(classes.size(), 0);
  int64_t total = 0;
  for (size_t c = 0; c < classes.size(); ++c) {
    int64_t rows = static_cast<int64_t>(classes[c].size());
    if (rows < 2) continue;
    double quota = fraction * static_cast<double>(rows);
    shares[c] = std::clamp<int64_t>(static_cast<int64_t>(quota), 1, rows - 1);
    remainders[c] = quota - static_cast<double>(shares[c]);
    total += shares[c];
  }
  std::vector<size_t> order(classes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return remainders[a] > remainders[b];
  });
  int64_t target = std::llround(fraction * static_cast<double>(row_count));
  for (size_t c : order) {
    if (total >= target) break;
    if (shares[c] + 1 < static_cast<int64_t>(classes[c].size())) {
      ++shares[c];
      ++total;
    }
  }
  return shares;
}

}  // namespace

SplitIndices SplitStratified(std::span<const int32_t> labels,
                             size_t class_count, double fraction,
                             int64_t seed) {
  std::vector<std::vector<int32_t>> classes(class_count);
  for (size_t i = 0; i < labels.size(); ++i) {
    classes[labels[i]].push_back(static_cast<int32_t>(i));
  }
  SplitIndices split;
  if (fraction <= 0) {
    split.training.resize(labels.size());
    std::iota(split.training.begin(), split.training.end(), 0);
    return split;
  }
  std::vector<int64_t> shares =
      ClassShares(classes, fraction, static_cast<int64_t>(labels.size()));
  for (size_t c = 0; c < class_count; ++c) {
    CounterRandom(seed, RandomPurpose::kSplit, c)
        .Shuffle(std::span<int32_t>(classes[c]));
    auto middle = classes[c].begin() + shares[c];
    split.validation.insert(split.validation.end(), classes[c].begin(), middle);
    split.training.insert(split.training.end(), middle, classes[c].end());
  }
  std::sort(split.training.begin(), split.training.end());
  std::sort(split.validation.begin(), split.validation.end());
  return split;
}

}  // namespace tunesmith::worker
