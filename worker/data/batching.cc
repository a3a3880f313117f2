#include "worker/data/batching.h"

#include <algorithm>
#include <numeric>

#include "worker/random/counter_random.h"

namespace tunesmith::worker {
namespace {

// Batches in a window that is sorted by length.
constexpr int64_t kWindowBatches = 50;

// What of an epoch's shuffling a draw is for.
constexpr uint64_t kExampleOrder = 0;
constexpr uint64_t kBatchPositions = 1;

std::vector<int32_t> AllIndices(size_t count) {
  std::vector<int32_t> indices(count);
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

void SortByLength(std::span<const int32_t> lengths,
                  std::span<int32_t> indices) {
  std::sort(indices.begin(), indices.end(), [&](int32_t a, int32_t b) {
    return lengths[a] != lengths[b] ? lengths[a] < lengths[b] : a < b;
  });
}

std::vector<BatchIndices> Cut(std::span<const int32_t> indices,
                              int batch_size) {
  std::vector<BatchIndices> batches;
  size_t step = static_cast<size_t>(std::max(batch_size, 1));
  for (size_t begin = 0; begin < indices.size(); begin += step) {
    size_t end = std::min(begin + step, indices.size());
    batches.emplace_back(indices.begin() + begin, indices.begin() + end);
  }
  return batches;
}

}  // namespace

std::vector<BatchIndices> PlanEpoch(std::span<const int32_t> lengths,
                                    int batch_size, BatchOrder order,
                                    int64_t seed, int64_t epoch) {
  std::vector<int32_t> indices = AllIndices(lengths.size());
  if (order == BatchOrder::kSequential) return Cut(indices, batch_size);

  CounterRandom(seed, RandomPurpose::kShuffle, epoch, kExampleOrder)
      .Shuffle(std::span<int32_t>(indices));
  if (order == BatchOrder::kShuffled) return Cut(indices, batch_size);

  size_t window = static_cast<size_t>(std::max(batch_size, 1)) *
                  static_cast<size_t>(kWindowBatches);
  for (size_t begin = 0; begin < indices.size(); begin += window) {
    SortByLength(lengths, std::span<int32_t>(indices).subspan(
                              begin, std::min(window, indices.size() - begin)));
  }
  std::vector<BatchIndices> batches = Cut(indices, batch_size);
  CounterRandom(seed, RandomPurpose::kShuffle, epoch, kBatchPositions)
      .Shuffle(std::span<BatchIndices>(batches));
  return batches;
}

std::vector<BatchIndices> PlanEvaluation(std::span<const int32_t> lengths,
                                         int batch_size) {
  std::vector<int32_t> indices = AllIndices(lengths.size());
  SortByLength(lengths, indices);
  return Cut(indices, batch_size);
}

}  // namespace tunesmith::worker
