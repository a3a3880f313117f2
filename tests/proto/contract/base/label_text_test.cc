// How labels are ordered and shown, and what names a split.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/label_order.h"
#include "proto/contract/base/split_name.h"
#include "proto/contract/base/utf8.h"
#include "proto/contract/base/visible_text.h"

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
}

TEST(LabelOrderTest, AnythingElseGoesByByte) {
  EXPECT_THAT(Sorted({"b", "a", "B"}), ElementsAre("B", "a", "b"));
  EXPECT_THAT(Sorted({"10", "9", "1.5"}), ElementsAre("1.5", "10", "9"));
  EXPECT_THAT(Sorted({"10", "9", "-"}), ElementsAre("-", "10", "9"));
  EXPECT_THAT(Sorted({}), ElementsAre());
}

TEST(VisibleTextTest, WhatCannotBeSeenIsWritten) {
  EXPECT_EQ(VisibleText("plain text"), "plain text");
  EXPECT_EQ(VisibleText("café 猫"), "café 猫");
  EXPECT_EQ(VisibleText(" a "), "\\u0020a\\u0020");
  EXPECT_EQ(VisibleText("a\u00a0b\t\n"), "a\\u00a0b\\t\\n");
  EXPECT_EQ(VisibleText("a\u200b\ufeff"), "a\\u200b\\ufeff");
  EXPECT_EQ(VisibleText("\U000e0041"), "\\U000e0041");
  EXPECT_EQ(VisibleText("a\xff"), "a\\xff");
  EXPECT_EQ(VisibleText(""), "");
}

TEST(VisibleTextTest, OuterSpaceIsWhatUnicodeSays) {
  EXPECT_EQ(WithoutOuterSpace("  a b\u3000\u200b"), "a b");
  EXPECT_EQ(WithoutOuterSpace("\ufeffa"), "a");
  EXPECT_EQ(WithoutOuterSpace(" \t "), "");
  EXPECT_EQ(WithoutOuterSpace(""), "");
  EXPECT_EQ(WithoutOuterSpace("\xff "), "\xff");
}

TEST(Utf8Test, ACharacterHasItsCode) {
  EXPECT_EQ(FirstCharacter("a").code, 0x61u);
  EXPECT_EQ(FirstCharacter("é").code, 0xE9u);
  EXPECT_EQ(FirstCharacter("猫x").code, 0x732Bu);
  EXPECT_EQ(FirstCharacter("😀").code, 0x1F600u);
  EXPECT_EQ(FirstCharacter("😀").bytes, 4u);
  for (const char* bad : {"\xff", "\xc3", "\xe7\x8c", "\xed\xa0\x80"}) {
    EXPECT_FALSE(FirstCharacter(bad).valid);
    EXPECT_EQ(FirstCharacter(bad).bytes, 1u);
  }
}

TEST(SplitNameTest, NamesAreThoseOfTheContract) {
  for (const char* name : {"train", "Training"}) {
    EXPECT_EQ(ParseSplitName(name), SplitRole::kTraining) << name;
  }
  for (const char* name : {"val", "VALID", "validation", "dev"}) {
    EXPECT_EQ(ParseSplitName(name), SplitRole::kValidation) << name;
  }
  for (const char* name : {"test", "testing", "eval"}) {
    EXPECT_EQ(ParseSplitName(name), SplitRole::kTest) << name;
  }
  for (const char* name : {"", "tests", "train ", "holdout"}) {
    EXPECT_FALSE(ParseSplitName(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace tunesmith
