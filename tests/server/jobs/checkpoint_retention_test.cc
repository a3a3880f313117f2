#include "server/jobs/checkpoint_retention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tunesmith::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Newest first; the steps of `best` were the best.
std::vector<int64_t> Expired(std::vector<int64_t> steps,
                             std::vector<int64_t> best, int keep_latest) {
  std::vector<v1::Checkpoint> checkpoints;
  for (int64_t step : steps) {
    v1::Checkpoint& checkpoint = checkpoints.emplace_back();
    checkpoint.set_step(step);
    for (int64_t one : best)
      checkpoint.set_best(checkpoint.best() || one == step);
  }
  return ExpiredCheckpoints(checkpoints, keep_latest);
}

TEST(CheckpointRetentionTest, KeepsTheNewest) {
  EXPECT_THAT(Expired({30, 20, 10}, {}, 1), ElementsAre(20, 10));
  EXPECT_THAT(Expired({30, 20, 10}, {}, 2), ElementsAre(10));
  EXPECT_THAT(Expired({30, 20, 10}, {}, 5), IsEmpty());
  EXPECT_THAT(Expired({}, {}, 1), IsEmpty());
}

TEST(CheckpointRetentionTest, KeepsTheNewestOfTheBestBesides) {
  EXPECT_THAT(Expired({30, 20, 10}, {10}, 1), ElementsAre(20));
  EXPECT_THAT(Expired({30, 20, 10}, {20, 10}, 1), ElementsAre(10));
  EXPECT_THAT(Expired({30, 20, 10}, {30, 20}, 1), ElementsAre(20, 10));
}

}  // namespace
}  // namespace tunesmith::server
