#include "worker/data/batching.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<int32_t> RandomLengths(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<int32_t> lengths(count);
  for (int32_t& length : lengths) {
    length = 1 + static_cast<int32_t>(random() % 128);
  }
  return lengths;
}

std::vector<int32_t> Flat(const std::vector<BatchIndices>& batches) {
  std::vector<int32_t> flat;
  for (const BatchIndices& batch : batches) {
    flat.insert(flat.end(), batch.begin(), batch.end());
  }
  return flat;
}

// Whether every index is there once, and all batches but one are full.
void CheckPartition(const std::vector<BatchIndices>& batches, size_t count,
                    int batch_size) {
  std::vector<int32_t> flat = Flat(batches);
  std::sort(flat.begin(), flat.end());
  std::vector<int32_t> all(count);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(flat, all);
  size_t smaller = 0;
  for (const BatchIndices& batch : batches) {
    EXPECT_GE(batch.size(), 1u);
    EXPECT_LE(batch.size(), static_cast<size_t>(batch_size));
    smaller += batch.size() < static_cast<size_t>(batch_size);
  }
  EXPECT_EQ(smaller, count % batch_size == 0 ? 0u : 1u);
}

TEST(BatchingTest, EveryIndexComesOnceWhateverTheSizes) {
  for (size_t count : {0, 1, 2, 31, 32, 33, 1000, 4001}) {
    for (int batch_size : {1, 2, 7, 32, 5000}) {
      std::vector<int32_t> lengths = RandomLengths(count, count);
      for (BatchOrder order :
           {BatchOrder::kLengthGrouped, BatchOrder::kShuffled,
            BatchOrder::kSequential}) {
        CheckPartition(PlanEpoch(lengths, batch_size, order, 42, 0), count,
                       batch_size);
      }
      CheckPartition(PlanEvaluation(lengths, batch_size), count, batch_size);
    }
  }
}

TEST(BatchingTest, PlanIsAFunctionOfSeedAndEpoch) {
  std::vector<int32_t> lengths = RandomLengths(500, 1);
  for (BatchOrder order : {BatchOrder::kLengthGrouped, BatchOrder::kShuffled}) {
    auto plan = PlanEpoch(lengths, 16, order, 42, 3);
    EXPECT_EQ(plan, PlanEpoch(lengths, 16, order, 42, 3));
    EXPECT_NE(plan, PlanEpoch(lengths, 16, order, 42, 4));
    EXPECT_NE(plan, PlanEpoch(lengths, 16, order, 43, 3));
  }
}

TEST(BatchingTest, SequentialKeepsTheOrderOfTheFile) {
  std::vector<int32_t> lengths = {9, 1, 5, 3, 7};
  EXPECT_THAT(
      PlanEpoch(lengths, 2, BatchOrder::kSequential, 42, 0),
      ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3), ElementsAre(4)));
}

TEST(BatchingTest, GroupedBatchesAreSortedAndWasteLittlePadding) {
  std::vector<int32_t> lengths = RandomLengths(8000, 2);
  auto padded = [&](const std::vector<BatchIndices>& batches) {
    int64_t cells = 0;
    for (const BatchIndices& batch : batches) {
      int32_t longest = 0;
      for (int32_t i : batch) longest = std::max(longest, lengths[i]);
      cells += static_cast<int64_t>(longest) * batch.size();
    }
    return cells;
  };
  auto grouped = PlanEpoch(lengths, 32, BatchOrder::kLengthGrouped, 42, 0);
  for (const BatchIndices& batch : grouped) {
    EXPECT_TRUE(std::is_sorted(
        batch.begin(), batch.end(),
        [&](int32_t a, int32_t b) { return lengths[a] < lengths[b]; }));
  }
  int64_t tokens = std::accumulate(lengths.begin(), lengths.end(), int64_t{0});
  EXPECT_LT(padded(grouped), tokens * 105 / 100);
  EXPECT_GT(padded(PlanEpoch(lengths, 32, BatchOrder::kShuffled, 42, 0)),
            tokens * 150 / 100);
}

TEST(BatchingTest, GroupedBatchesComeFromWindowsOfFiftyBatches) {
  // All lengths equal: inside its window the sort puts indices in order, so a
  // batch of window w holds only what the shuffle put there.
  std::vector<int32_t> lengths(1000, 5);
  auto batches = PlanEpoch(lengths, 4, BatchOrder::kLengthGrouped, 42, 0);
  ASSERT_EQ(batches.size(), 250u);
  auto shuffled = Flat(PlanEpoch(lengths, 4, BatchOrder::kShuffled, 42, 0));
  std::vector<int> window_of(1000);
  for (int i = 0; i < 1000; ++i) window_of[shuffled[i]] = i / 200;
  for (const BatchIndices& batch : batches) {
    for (int32_t i : batch) EXPECT_EQ(window_of[i], window_of[batch[0]]);
  }
}

TEST(BatchingTest, LongBatchesDoNotAllComeLast) {
  std::vector<int32_t> lengths = RandomLengths(3200, 3);
  auto batches = PlanEpoch(lengths, 32, BatchOrder::kLengthGrouped, 42, 0);
  EXPECT_FALSE(
      std::is_sorted(batches.begin(), batches.end(),
                     [&](const BatchIndices& a, const BatchIndices& b) {
                       return lengths[a.back()] < lengths[b.back()];
                     }));
}

TEST(BatchingTest, EvaluationIsSortedByLengthThenIndex) {
  std::vector<int32_t> lengths = {3, 1, 3, 2, 1};
  EXPECT_THAT(
      PlanEvaluation(lengths, 2),
      ElementsAre(ElementsAre(1, 4), ElementsAre(3, 0), ElementsAre(2)));
  EXPECT_THAT(PlanEvaluation({}, 2), IsEmpty());
}

}  // namespace
}  // namespace tunesmith::worker
