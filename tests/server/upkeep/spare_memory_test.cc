#include "server/upkeep/spare_memory.h"

#include <fstream>
#include <memory>
#include <vector>

#include "gtest/gtest.h"

namespace tunesmith::server {
namespace {

constexpr size_t kMiB = size_t{1} << 20;
// Below what the allocator takes from the system for itself alone.
constexpr size_t kBlockBytes = 64 << 10;

// Bytes that this process holds.
size_t ResidentBytes() {
  size_t pages = 0;
  size_t resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return resident * 4096;
}

TEST(SpareMemoryTest, WhatWasFreedGoesBack) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer has an allocator of its own";
#endif
  // What stays lies between the blocks, so that the allocator alone gives none
  // of them back.
  std::vector<std::unique_ptr<char[]>> stays;
  {
    std::vector<std::unique_ptr<char[]>> blocks;
    for (size_t bytes = 0; bytes < 128 * kMiB; bytes += kBlockBytes) {
      blocks.push_back(std::make_unique<char[]>(kBlockBytes));
      stays.push_back(std::make_unique<char[]>(100));
    }
  }
  const size_t before = ResidentBytes();
  ASSERT_GT(before, 128 * kMiB);
  EXPECT_TRUE(GiveSpareMemoryBack(32 * kMiB));
  EXPECT_LT(ResidentBytes(), before - 64 * kMiB);
}

TEST(SpareMemoryTest, ALittleStays) {
  EXPECT_FALSE(GiveSpareMemoryBack(size_t{1} << 40));
}

TEST(SpareMemoryTest, EndsAtOnce) {
  SpareMemory memory({.interval = absl::Hours(1), .at_least = kMiB});
}

}  // namespace
}  // namespace tunesmith::server
