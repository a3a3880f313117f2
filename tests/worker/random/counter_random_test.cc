#include "worker/random/counter_random.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

TEST(CounterRandomTest, DrawsDependOnEveryPartOfTheKey) {
  std::set<uint64_t> draws;
  for (int64_t seed : {0, 1}) {
    for (RandomPurpose purpose :
         {RandomPurpose::kSplit, RandomPurpose::kShuffle}) {
      for (uint64_t a : {0, 1}) {
        for (uint64_t b : {0, 1}) {
          draws.insert(CounterRandom(seed, purpose, a, b).Bits(0));
        }
      }
    }
  }
  EXPECT_EQ(draws.size(), 16u);
}

// A seed must mean the same for ever.
TEST(CounterRandomTest, DrawsKeepTheirValues) {
  CounterRandom random(42, RandomPurpose::kInitialization, 7);
  EXPECT_EQ(random.Bits(0),
            CounterRandom(42, RandomPurpose::kInitialization, 7, 0).Bits(0));
  EXPECT_EQ(Mix64(1), 0x5692161d100b05e5u);
}

TEST(CounterRandomTest, NormalHasMeanZeroAndDeviationOne) {
  CounterRandom random(3, RandomPurpose::kInitialization);
  double sum = 0, squares = 0;
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) {
    double draw = random.Normal(static_cast<uint64_t>(i));
    ASSERT_TRUE(std::isfinite(draw));
    sum += draw;
    squares += draw * draw;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.02);
  EXPECT_NEAR(squares / kDraws, 1, 0.03);
}

TEST(CounterRandomTest, BelowStaysBelowAndReachesAll) {
  CounterRandom random(3, RandomPurpose::kShuffle);
  std::set<uint64_t> seen;
  for (uint64_t i = 0; i < 200; ++i) seen.insert(random.Below(i, 7));
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_EQ(*seen.rbegin(), 6u);
}

TEST(CounterRandomTest, ShuffleIsAPermutationThatTheKeyDecides) {
  std::vector<int> a(100);
  std::iota(a.begin(), a.end(), 0);
  std::vector<int> b = a, sorted = a;
  CounterRandom(1, RandomPurpose::kShuffle).Shuffle(std::span(a));
  CounterRandom(2, RandomPurpose::kShuffle).Shuffle(std::span(b));
  EXPECT_NE(a, b);
  EXPECT_NE(a, sorted);
  std::sort(a.begin(), a.end());
  EXPECT_EQ(a, sorted);
}

}  // namespace
}  // namespace tunesmith::worker
