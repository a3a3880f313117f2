// What holds of every plan of every epoch.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "worker/data/batching.h"

namespace tunesmith::worker {
namespace {

constexpr unsigned kCases = 300;

// A random data set and how it is cut.
struct Case {
  explicit Case(unsigned case_seed) {
    std::mt19937 random(case_seed);
    lengths.resize(random() % 600);
    int32_t longest = 1 + static_cast<int32_t>(random() % 128);
    for (int32_t& length : lengths) {
      length = 1 + static_cast<int32_t>(random()) % longest;
    }
    batch_size = 1 + static_cast<int>(random() % 40);
    order = static_cast<BatchOrder>(random() % 3);
    seed = static_cast<int64_t>(random()) - (1LL << 31);
    epoch = random() % 1000;
  }

  std::vector<BatchIndices> Plan(int64_t of_epoch) const {
    return PlanEpoch(lengths, batch_size, order, seed, of_epoch);
  }

  std::vector<int32_t> lengths;
  int batch_size = 0;
  BatchOrder order = BatchOrder::kShuffled;
  int64_t seed = 0;
  int64_t epoch = 0;
};

class BatchingPropertyTest : public ::testing::Test {
 protected:
  template <typename Check>
  void ForEachCase(const Check& check) {
    for (unsigned seed = 0; seed < kCases && !HasFailure(); ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      check(Case(seed));
    }
  }
};

TEST_F(BatchingPropertyTest, EveryRowComesOnceInBatchesOfTheRightSize) {
  ForEachCase([](const Case& one) {
    size_t size = static_cast<size_t>(one.batch_size);
    size_t rows = one.lengths.size();
    std::vector<int32_t> seen;
    size_t smaller = 0;
    for (const BatchIndices& batch : one.Plan(one.epoch)) {
      ASSERT_FALSE(batch.empty());
      ASSERT_LE(batch.size(), size);
      smaller += batch.size() < size;
      seen.insert(seen.end(), batch.begin(), batch.end());
    }
    ASSERT_EQ(smaller, rows % size == 0 ? 0u : 1u);
    std::sort(seen.begin(), seen.end());
    std::vector<int32_t> all(rows);
    std::iota(all.begin(), all.end(), 0);
    ASSERT_EQ(seen, all);
  });
}

TEST_F(BatchingPropertyTest, PlansAreAFunctionOfSeedAndEpochAlone) {
  ForEachCase([](const Case& one) {
    auto plan = one.Plan(one.epoch);
    // What was planned before, by whom ever, changes nothing.
    one.Plan(one.epoch + 1);
    Case(1).Plan(0);
    ASSERT_EQ(one.Plan(one.epoch), plan);
  });
}

TEST_F(BatchingPropertyTest, OtherSeedsAndEpochsGiveOtherOrders) {
  int seen = 0;
  ForEachCase([&seen](const Case& one) {
    if (one.order == BatchOrder::kSequential || one.lengths.size() < 20) return;
    // With fewer batches or groups there are not many orders to tell apart.
    auto plan = one.Plan(one.epoch);
    if (one.order == BatchOrder::kLengthGrouped && plan.size() < 15) return;
    ++seen;
    std::set<std::vector<BatchIndices>> plans = {plan};
    for (int64_t i = 1; i <= 3; ++i) {
      plans.insert(one.Plan(one.epoch + i));
      Case other = one;
      other.seed += i;
      plans.insert(other.Plan(one.epoch));
    }
    ASSERT_EQ(plans.size(), 7u);
  });
  EXPECT_GT(seen, 50);
}

// Step s of a run is batch s % n of epoch s / n: whoever comes back at any step
// finds the batches that the undisturbed run has from there on.
TEST_F(BatchingPropertyTest, ResumingAnywhereGoesOnWithTheSameBatches) {
  ForEachCase([](const Case& one) {
    if (one.lengths.empty()) return;
    constexpr int64_t kEpochs = 3;
    std::vector<BatchIndices> running;
    for (int64_t epoch = 0; epoch < kEpochs; ++epoch) {
      for (BatchIndices& batch : one.Plan(epoch)) {
        running.push_back(std::move(batch));
      }
    }
    int64_t steps = static_cast<int64_t>(running.size());
    int64_t per_epoch = steps / kEpochs;
    ASSERT_EQ(steps % kEpochs, 0);
    for (int64_t step : {int64_t{0}, steps / 3, steps / 2, steps - 1}) {
      auto plan = one.Plan(step / per_epoch);
      ASSERT_EQ(plan[static_cast<size_t>(step % per_epoch)],
                running[static_cast<size_t>(step)])
          << step;
    }
  });
}

}  // namespace
}  // namespace tunesmith::worker
