#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "spdlog/spdlog.h"
#include "tests/simulation/world.h"

namespace tunesmith::simulation {
namespace {

// `tests/bench simulate --seed N --trace` shows what such a seed did.
TEST(SimulationTest, NothingIsLostWhateverBreaks) {
  spdlog::set_level(spdlog::level::off);
  const auto database = SimulatedServer::EmptyDatabase();
  int64_t crashes = 0;
  int64_t jobs = 0;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    WorldResult result = Simulate({.seed = seed, .database = &database});
    ASSERT_EQ(result.failure, "") << "seed " << seed;
    crashes += result.crashes;
    jobs += result.jobs;
  }
  // The histories are about something.
  EXPECT_GT(crashes, 300);
  EXPECT_GT(jobs, 300);
}

TEST(SimulationTest, SeedReplaysExactly) {
  spdlog::set_level(spdlog::level::off);
  const auto database = SimulatedServer::EmptyDatabase();
  for (uint64_t seed : {7, 11}) {
    WorldResult first = Simulate({.seed = seed, .database = &database});
    WorldResult second = Simulate({.seed = seed, .database = &database});
    EXPECT_EQ(first.steps, second.steps);
    EXPECT_EQ(first.commits, second.commits);
  }
}

}  // namespace
}  // namespace tunesmith::simulation
