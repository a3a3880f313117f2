#include "worker/training/environment.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

TEST(EnvironmentTest, DescribesThisMachine) {
  Environment environment = DescribeEnvironment({.threads = 3});
  EXPECT_EQ(environment.at("threads"), "3");
  for (const char* name : {"device", "instruction set", "torch"}) {
    EXPECT_FALSE(environment.at(name).empty()) << name;
  }
}

TEST(EnvironmentTest, NamesWhatDiffers) {
  Environment before = {{"threads", "2"}, {"device", "a"}, {"old", "x"}};
  EXPECT_EQ(DescribeDifferences(before, before), "");
  EXPECT_EQ(DescribeDifferences(
                before, {{"threads", "4"}, {"device", "a"}, {"torch", "2"}}),
            "old: x, now unknown; threads: 2, now 4; torch: unknown, now 2");
}

}  // namespace
}  // namespace tunesmith::worker
