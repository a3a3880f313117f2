#include "worker/data/split.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "worker/random/counter_random.h"

namespace tunesmith::worker {
namespace {

// How many rows each class gives, of `counts` that it has.
std::vector<int64_t> ClassShares(const std::vector<int64_t>& counts,
                                 double fraction, int64_t row_count) {
  std::vector<int64_t> shares(counts.size(), 0);
  std::vector<double> remainders(counts.size(), 0);
  int64_t total = 0;
  for (size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] < 2) continue;
    double quota = fraction * static_cast<double>(counts[c]);
    shares[c] =
        std::clamp<int64_t>(static_cast<int64_t>(quota), 1, counts[c] - 1);
    remainders[c] = quota - static_cast<double>(shares[c]);
    total += shares[c];
  }
  std::vector<size_t> order(counts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return remainders[a] > remainders[b];
  });
  int64_t target = std::llround(fraction * static_cast<double>(row_count));
  for (size_t c : order) {
    if (total >= target) break;
    if (shares[c] + 1 < counts[c]) {
      ++shares[c];
      ++total;
    }
  }
  return shares;
}

// Rows that are the same, by the position of the first of them.
class Groups {
 public:
  explicit Groups(const SplitRequest& request)
      : sizes_(request.labels.size(), 0), first_(request.labels.size()) {
    std::iota(first_.begin(), first_.end(), 0);
    if (!request.first_same.empty()) {
      first_.assign(request.first_same.begin(), request.first_same.end());
    }
    for (int32_t first : first_) ++sizes_[first];
  }

  int32_t FirstOf(size_t row) const { return first_[row]; }
  int64_t SizeOf(int32_t first) const { return sizes_[first]; }

 private:
  std::vector<int64_t> sizes_;
  std::vector<int32_t> first_;
};

// Of a class's groups, in the order of chance, those for validation: as many
// as fit into `share` rows, at least one where there are two.
std::vector<int32_t> TakeGroups(const std::vector<int32_t>& shuffled,
                                int64_t share, const Groups& groups) {
  std::vector<int32_t> taken;
  if (share == 0 || shuffled.size() < 2) return taken;
  for (int32_t first : shuffled) {
    if (share == 0) break;
    if (groups.SizeOf(first) > share) continue;
    share -= groups.SizeOf(first);
    taken.push_back(first);
  }
  if (taken.empty()) {
    taken.push_back(*std::min_element(
        shuffled.begin(), shuffled.end(), [&](int32_t a, int32_t b) {
          return groups.SizeOf(a) < groups.SizeOf(b);
        }));
  }
  return taken;
}

}  // namespace

SplitIndices SplitStratified(const SplitRequest& request) {
  const auto row_count = static_cast<int64_t>(request.labels.size());
  SplitIndices split;
  if (request.fraction <= 0) {
    split.training.resize(request.labels.size());
    std::iota(split.training.begin(), split.training.end(), 0);
    return split;
  }
  const Groups groups(request);
  std::vector<int64_t> counts(request.class_count, 0);
  std::vector<std::vector<int32_t>> classes(request.class_count);
  for (size_t i = 0; i < request.labels.size(); ++i) {
    const auto row = static_cast<int32_t>(i);
    ++counts[request.labels[i]];
    if (groups.FirstOf(i) == row) classes[request.labels[i]].push_back(row);
  }
  const std::vector<int64_t> shares =
      ClassShares(counts, request.fraction, row_count);
  std::vector<bool> is_validation(request.labels.size(), false);
  for (size_t c = 0; c < request.class_count; ++c) {
    CounterRandom(request.seed, RandomPurpose::kSplit, c)
        .Shuffle(std::span<int32_t>(classes[c]));
    for (int32_t first : TakeGroups(classes[c], shares[c], groups)) {
      is_validation[first] = true;
    }
  }
  for (size_t i = 0; i < request.labels.size(); ++i) {
    (is_validation[groups.FirstOf(i)] ? split.validation : split.training)
        .push_back(static_cast<int32_t>(i));
  }
  return split;
}

}  // namespace tunesmith::worker
