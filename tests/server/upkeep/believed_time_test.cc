// A clock that is wrong for a while deletes nothing.
#include "server/upkeep/believed_time.h"

#include "gtest/gtest.h"

namespace tunesmith::server {
namespace {

const absl::Time kNoon = absl::FromUnixSeconds(1'700'000'000);

TEST(BelievedTimeTest, AClockThatGoesOnIsBelieved) {
  BelievedTime believed(std::nullopt);
  EXPECT_EQ(believed.Read(kNoon, absl::Hours(3)), kNoon);
  EXPECT_EQ(believed.Read(kNoon + absl::Hours(50), absl::Hours(53)),
            kNoon + absl::Hours(50));
}

TEST(BelievedTimeTest, ALeapCountsOnlyOnceItHasLastedForAnHour) {
  BelievedTime believed(std::nullopt);
  believed.Read(kNoon, absl::ZeroDuration());
  const absl::Time leapt = kNoon + absl::Hours(24 * 365);
  EXPECT_EQ(believed.Read(leapt, absl::Minutes(10)), kNoon + absl::Minutes(10));
  EXPECT_EQ(believed.Read(leapt + absl::Minutes(59), absl::Minutes(69)),
            kNoon + absl::Minutes(69));
  EXPECT_EQ(believed.Read(leapt + absl::Minutes(60), absl::Minutes(70)),
            leapt + absl::Minutes(60));
}

TEST(BelievedTimeTest, ALeapThatIsTakenBackIsForgotten) {
  BelievedTime believed(std::nullopt);
  believed.Read(kNoon, absl::ZeroDuration());
  believed.Read(kNoon + absl::Hours(900), absl::Minutes(10));
  EXPECT_EQ(believed.Read(kNoon + absl::Minutes(50), absl::Minutes(50)),
            kNoon + absl::Minutes(50));
  // Another one begins anew.
  EXPECT_EQ(believed.Read(kNoon + absl::Hours(900), absl::Minutes(80)),
            kNoon + absl::Minutes(80));
  EXPECT_EQ(believed.Read(kNoon + absl::Hours(950), absl::Minutes(141)),
            kNoon + absl::Minutes(141));
}

TEST(BelievedTimeTest, AClockThatIsSetBackIsBelievedAtOnce) {
  BelievedTime believed(std::nullopt);
  believed.Read(kNoon, absl::ZeroDuration());
  EXPECT_EQ(believed.Read(kNoon - absl::Hours(9), absl::Minutes(1)),
            kNoon - absl::Hours(9));
}

TEST(BelievedTimeTest, AfterALongPauseTheClockIsWatchedForAnHour) {
  BelievedTime soon(kNoon);
  EXPECT_EQ(soon.Read(kNoon + absl::Minutes(20), absl::ZeroDuration()),
            kNoon + absl::Minutes(20));
  BelievedTime late(kNoon);
  EXPECT_EQ(late.Read(kNoon + absl::Hours(200), absl::ZeroDuration()), kNoon);
  EXPECT_EQ(late.Read(kNoon + absl::Hours(201), absl::Hours(1)),
            kNoon + absl::Hours(201));
}

}  // namespace
}  // namespace tunesmith::server
