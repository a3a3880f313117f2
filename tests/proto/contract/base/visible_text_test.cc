// How names are shown, and what names a split.
#include "proto/contract/base/visible_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/split_name.h"
#include "proto/contract/base/utf8.h"

namespace tunesmith {
namespace {

using ::testing::ElementsAre;

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
