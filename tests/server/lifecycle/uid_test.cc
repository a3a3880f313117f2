#include "server/lifecycle/uid.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace tunesmith::server {
namespace {

TEST(UidTest, NeitherUidsNorGeneratedIdsComeTwice) {
  std::set<std::string> uids;
  std::set<std::string> ids;
  constexpr int kMany = 100'000;
  for (int i = 0; i < kMany; ++i) {
    std::string uid = NewUid();
    ASSERT_EQ(uid.size(), 32u);
    ids.insert(GeneratedId(ResourceKind::kJob, uid));
    uids.insert(std::move(uid));
  }
  EXPECT_EQ(uids.size(), size_t{kMany});
  EXPECT_EQ(ids.size(), size_t{kMany});
}

}  // namespace
}  // namespace tunesmith::server
