#include "proto/contract/base/duration_text.h"

#include <gtest/gtest.h>

namespace tunesmith {
namespace {

TEST(DurationTextTest, UnitsAddUpFromTheLargerToTheSmaller) {
  EXPECT_EQ(*ParseDurationText("7d"), absl::Hours(7 * 24));
  EXPECT_EQ(*ParseDurationText("12h"), absl::Hours(12));
  EXPECT_EQ(*ParseDurationText("90m"), absl::Minutes(90));
  EXPECT_EQ(*ParseDurationText("30s"), absl::Seconds(30));
  EXPECT_EQ(*ParseDurationText("1d12h"), absl::Hours(36));
  EXPECT_EQ(*ParseDurationText("1d2h3m4s"),
            absl::Hours(26) + absl::Minutes(3) + absl::Seconds(4));
  EXPECT_EQ(*ParseDurationText("0"), absl::ZeroDuration());
  EXPECT_EQ(*ParseDurationText("0s"), absl::ZeroDuration());
  EXPECT_EQ(*ParseDurationText("3653d"), absl::Hours(3653 * 24));
}

TEST(DurationTextTest, AnythingElseIsRefused) {
  for (const char* text :
       {"", "7", "d", "-1d", "+1d", "1.5h", "7 d", " 7d", "7D", "1h1d", "1h1h",
        "7w", "forever", "3654d", "9999999999d", "0d4000d", "1d ", "1d2"}) {
    EXPECT_FALSE(ParseDurationText(text).ok()) << text;
  }
}

TEST(DurationTextTest, ARetentionMayBeForever) {
  EXPECT_EQ(*ParseRetentionText("forever"), std::nullopt);
  EXPECT_EQ(*ParseRetentionText("12h"), absl::Hours(12));
  EXPECT_FALSE(ParseRetentionText("ever").ok());
}

}  // namespace
}  // namespace tunesmith
