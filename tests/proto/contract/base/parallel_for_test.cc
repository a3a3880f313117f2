#include "proto/contract/base/parallel_for.h"

#include <atomic>
#include <barrier>
#include <vector>

#include "gtest/gtest.h"

namespace tunesmith {
namespace {

TEST(ParallelForTest, CallsOnceForEveryIndex) {
  for (size_t threads : {0, 1, 3, 100}) {
    std::vector<std::atomic<int>> calls(50);
    ParallelFor(calls.size(), threads, [&](size_t i) { ++calls[i]; });
    for (const std::atomic<int>& count : calls) EXPECT_EQ(count, 1) << threads;
  }
}

TEST(ParallelForTest, WorksOnSeveralThreads) {
  // Each call waits for another one.
  std::barrier pair(2);
  ParallelFor(2, 2, [&](size_t) { pair.arrive_and_wait(); });
}

TEST(ParallelForTest, NothingToDo) {
  ParallelFor(0, 4, [](size_t) { FAIL(); });
}

}  // namespace
}  // namespace tunesmith
