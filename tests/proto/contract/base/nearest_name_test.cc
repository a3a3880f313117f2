#include "proto/contract/base/nearest_name.h"

#include <gtest/gtest.h>

#include <random>

namespace tunesmith {
namespace {

TEST(NearestNameTest, DistancesCountSlipsOfTheKeyboard) {
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("bert", "bert"), 0u);
  EXPECT_EQ(EditDistance("brt", "bert"), 1u);
  EXPECT_EQ(EditDistance("lable", "label"), 1u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
}

TEST(NearestNameTest, DistanceIsSymmetricAndBoundedByTheLonger) {
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    std::string a, b;
    for (int n = random() % 8; n > 0; --n) a += "abc"[random() % 3];
    for (int n = random() % 8; n > 0; --n) b += "abc"[random() % 3];
    size_t distance = EditDistance(a, b);
    EXPECT_EQ(distance, EditDistance(b, a));
    EXPECT_LE(distance, std::max(a.size(), b.size()));
    EXPECT_EQ(distance == 0, a == b);
  }
}

TEST(NearestNameTest, PicksTheNearestAndNothingFarAway) {
  EXPECT_EQ(NearestName("sentense", {"text", "sentence", "label"}), "sentence");
  EXPECT_EQ(NearestName("txt", {"label", "text"}), "text");
  EXPECT_EQ(NearestName("body", {"text", "label"}), "");
  EXPECT_EQ(NearestName("a", {"b"}), "");
  EXPECT_EQ(NearestName("", {"b"}), "");
  EXPECT_EQ(NearestName(std::string(129, 'a'), {std::string(129, 'a')}), "");
}

TEST(NearestNameTest, CaseAndSpaceAtTheEndsDoNotCount) {
  EXPECT_EQ(NearestName("LABEL ", {"labels", "label"}), "label");
  EXPECT_EQ(NearestName("fine label", {"text", "Fine Label"}), "Fine Label");
  EXPECT_EQ(NearestName("x", {" X"}), " X");
  EXPECT_EQ(NearestName(" ", {"  "}), "");
}

}  // namespace
}  // namespace tunesmith
