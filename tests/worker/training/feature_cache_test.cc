#include "worker/training/feature_cache.h"

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/scratch_directory.h"

namespace tunesmith::worker {
namespace {

namespace fs = std::filesystem;

using ::testing::ElementsAre;

const std::string kNetwork(64, 'a');
const std::string kOtherNetwork(64, 'b');

SampleKey Key(char c) { return SampleKey(32, c); }

std::vector<float> Values(const FeatureCache& cache, char c) {
  std::span<const std::byte> bytes = cache.Find(Key(c));
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

class FeatureCacheTest : public ::testing::Test {
 protected:
  std::unique_ptr<FeatureCache> Open(const std::string& network,
                                     int64_t max_bytes = 1 << 20) {
    auto cache = FeatureCache::Open(directory_.path(), network, max_bytes);
    EXPECT_TRUE(cache.ok()) << cache.status();
    return *std::move(cache);
  }
  absl::Status Add(FeatureCache& cache, const std::string& keys,
                   const std::vector<float>& values) {
    std::vector<SampleKey> samples;
    for (char c : keys) samples.push_back(Key(c));
    return cache.Add(
        samples, {static_cast<int64_t>(values.size() / keys.size())}, values);
  }
  std::vector<fs::path> Files() const {
    std::vector<fs::path> files;
    for (const auto& entry :
         fs::recursive_directory_iterator(directory_.path())) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    return files;
  }

  ScratchDirectory directory_;
};

TEST_F(FeatureCacheTest, KeepsForWhoeverComesLater) {
  auto cache = Open(kNetwork);
  EXPECT_TRUE(cache->Find(Key('x')).empty());
  ASSERT_TRUE(Add(*cache, "xy", {1, 2, 3, 4, 5, 6}).ok());
  ASSERT_TRUE(Add(*cache, "z", {7, 8, 9}).ok());
  EXPECT_THAT(Values(*cache, 'x'), ElementsAre(1, 2, 3));
  auto later = Open(kNetwork);
  EXPECT_THAT(later->shape(), ElementsAre(3));
  EXPECT_THAT(Values(*later, 'x'), ElementsAre(1, 2, 3));
  EXPECT_THAT(Values(*later, 'y'), ElementsAre(4, 5, 6));
  EXPECT_THAT(Values(*later, 'z'), ElementsAre(7, 8, 9));
  EXPECT_TRUE(Open(kOtherNetwork)->Find(Key('x')).empty());
}

TEST_F(FeatureCacheTest, WhatWasNotUsedForLongestMakesRoom) {
  auto old = Open(kNetwork);
  ASSERT_TRUE(Add(*old, "x", std::vector<float>(1000, 1)).ok());
  for (const fs::path& file : Files()) {
    fs::last_write_time(
        file, fs::file_time_type::clock::now() - std::chrono::hours(1));
  }
  auto other = Open(kOtherNetwork, 9000);
  ASSERT_TRUE(Add(*other, "y", std::vector<float>(1000, 2)).ok());
  ASSERT_TRUE(Add(*other, "z", std::vector<float>(1000, 3)).ok());
  EXPECT_TRUE(Open(kNetwork)->Find(Key('x')).empty());
  EXPECT_FALSE(Open(kOtherNetwork)->Find(Key('y')).empty());
  // Whoever has it open still has it.
  EXPECT_EQ(Values(*old, 'x').size(), 1000u);
}

TEST_F(FeatureCacheTest, MoreThanItMayHoldIsRefused) {
  auto cache = Open(kNetwork, 100);
  EXPECT_TRUE(
      absl::IsResourceExhausted(Add(*cache, "x", std::vector<float>(26, 1))));
  EXPECT_TRUE(Files().empty());
}

TEST_F(FeatureCacheTest, FilesOfAnotherKindAreNotRead) {
  auto cache = Open(kNetwork);
  ASSERT_TRUE(Add(*cache, "x", {1, 2}).ok());
  const std::string bytes = ReadBytes(Files()[0].string());
  for (const char* name : {"short.safetensors", "renamed.safetensors"}) {
    std::ofstream(Files()[0].parent_path() / name, std::ios::binary)
        << (name[0] == 's' ? bytes.substr(0, bytes.size() / 2) : bytes);
  }
  EXPECT_THAT(Values(*Open(kNetwork), 'x'), ElementsAre(1, 2));
  EXPECT_EQ(Files().size(), 1u);
}

}  // namespace
}  // namespace tunesmith::worker
