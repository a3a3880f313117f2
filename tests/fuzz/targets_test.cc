// Without a fuzzer: each target on its seeds, and on a few changes of them, so
// that none of them rots.
#include "tests/fuzz/targets.h"

#include <algorithm>

#include "gtest/gtest.h"
#include "tests/fuzz/seeds.h"

namespace tunesmith::worker {
namespace {

class FuzzTargetsTest : public ::testing::TestWithParam<NamedFuzzTarget> {};

TEST_P(FuzzTargetsTest, SeedsDoNoHarm) {
  const std::vector<std::string> seeds = SeedsOf(GetParam().name);
  ASSERT_FALSE(seeds.empty());
  GetParam().target("");
  for (const std::string& seed : seeds) {
    GetParam().target(seed);
    // A hundred places of each.
    const size_t stride = std::max<size_t>(seed.size() / 100, 1);
    for (size_t i = 0; i < seed.size(); i += stride) {
      std::string changed = seed;
      changed[i] ^= static_cast<char>(1 << (i % 8));
      GetParam().target(changed);
      GetParam().target(std::string_view(seed).substr(0, i));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, FuzzTargetsTest,
                         ::testing::ValuesIn(AllFuzzTargets()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace tunesmith::worker
