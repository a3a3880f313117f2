#include "server/work/lease_table.h"

namespace tunesmith::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const LeaseKey kA{"a", 1};
const LeaseKey kB{"b", 1};

TEST(LeaseTableTest, LeaseRunsOutAtItsDeadlineAndStaysUntilRemoved) {
  LeaseTable table;
  EXPECT_FALSE(table.NextDeadline().has_value());
  table.Renew(kA, "w", absl::Seconds(10));
  table.Renew(kB, "w", absl::Seconds(5));
  EXPECT_EQ(table.NextDeadline(), absl::Seconds(5));
  EXPECT_THAT(table.Expired(absl::Seconds(5) - absl::Nanoseconds(1)),
              IsEmpty());
  EXPECT_THAT(table.Expired(absl::Seconds(5)), ElementsAre(kB));
  EXPECT_THAT(table.Expired(absl::Seconds(20)), ElementsAre(kA, kB));
  table.Remove(kB);
  table.Remove(kB);
  EXPECT_THAT(table.Expired(absl::Seconds(20)), ElementsAre(kA));
}

TEST(LeaseTableTest, RenewIfHeldDoesNotBringALeaseBack) {
  LeaseTable table;
  table.Renew(kA, "w", absl::Seconds(10));
  table.RenewIfHeld(kA, absl::Seconds(20));
  EXPECT_EQ(table.NextDeadline(), absl::Seconds(20));
  table.Remove(kA);
  table.RenewIfHeld(kA, absl::Seconds(30));
  table.RenewIfHeld({"a", 2}, absl::Seconds(30));
  EXPECT_FALSE(table.NextDeadline().has_value());
}

TEST(LeaseTableTest, ShortenTouchesOneWorkerAndNeverProlongs) {
  LeaseTable table;
  table.Renew(kA, "w", absl::Seconds(10));
  table.Renew(kB, "other", absl::Seconds(10));
  table.Shorten("w", absl::Seconds(4));
  EXPECT_THAT(table.Expired(absl::Seconds(4)), ElementsAre(kA));
  table.Shorten("w", absl::Seconds(8));
  EXPECT_THAT(table.Expired(absl::Seconds(4)), ElementsAre(kA));
}

TEST(LeaseTableTest, ItemLeasedAnewIsAnotherLease) {
  LeaseTable table;
  table.Renew(kA, "w", absl::Seconds(1));
  table.Renew({"a", 2}, "w", absl::Seconds(9));
  EXPECT_THAT(table.Expired(absl::Seconds(5)), ElementsAre(kA));
}

}  // namespace
}  // namespace tunesmith::server
