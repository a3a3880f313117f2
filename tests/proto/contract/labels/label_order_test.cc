#include "proto/contract/labels/label_order.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Sorted(std::vector<std::string> labels) {
  SortLabels(labels);
  return labels;
}

TEST(LabelOrderTest, WholeNumbersGoByValueHoweverLong) {
  EXPECT_THAT(Sorted({"10", "9", "-2", "-10", "0", "123456789012345678901",
                      "99999999999999999999"}),
              ElementsAre("-10", "-2", "0", "9", "10", "99999999999999999999",
                          "123456789012345678901"));
  EXPECT_THAT(Sorted({"7", "007", "-0", "0"}),
              ElementsAre("-0", "0", "007", "7"));
  EXPECT_THAT(Sorted({"10.0", "9", "1e2"}), ElementsAre("9", "10.0", "1e2"));
}

TEST(LabelOrderTest, AnythingElseGoesByByte) {
  EXPECT_THAT(Sorted({"b", "a", "B"}), ElementsAre("B", "a", "b"));
  EXPECT_THAT(Sorted({"10", "9", "1.5"}), ElementsAre("1.5", "10", "9"));
  EXPECT_THAT(Sorted({"10", "9", "-"}), ElementsAre("-", "10", "9"));
  EXPECT_THAT(Sorted({}), ElementsAre());
}

}  // namespace
}  // namespace tunesmith
