#include "proto/contract/labels/label_text.h"

#include <string>

#include "gtest/gtest.h"

namespace tunesmith {
namespace {

TEST(ShortestNumberTest, IsOneForAllSpellings) {
  for (const char* text : {"1", "1.0", "+1", "01", "1e0", "1.", "0.1e1",
                           "10E-1", "1.000e+00", "001.00"}) {
    EXPECT_EQ(ShortestNumber(text), "1") << text;
  }
  for (const char* text : {"0", "-0", "0.0", "00", ".0", "0e5"}) {
    EXPECT_EQ(ShortestNumber(text), "0") << text;
  }
  EXPECT_EQ(ShortestNumber("-1.50"), "-1.5");
  EXPECT_EQ(ShortestNumber(".05"), "0.05");
  EXPECT_EQ(ShortestNumber("1200e-3"), "1.2");
  EXPECT_EQ(ShortestNumber("12e3"), "12000");
  EXPECT_EQ(ShortestNumber("9007199254740993"), "9007199254740993");
}

TEST(ShortestNumberTest, OtherTextsAreNone) {
  for (const char* text :
       {"", "-", ".", "e1", "1e", "1e+", "1,5", "0x1", "1 ", "1.2.3", "nan",
        "1e99999", "1e50", "\u0661", "--1", "1_000"}) {
    EXPECT_EQ(ShortestNumber(text), std::nullopt) << text;
  }
}

TEST(LabelTextTest, WholeNumbersAreOrderedByValue) {
  EXPECT_TRUE(IsLessWhole("-20", "-3"));
  EXPECT_TRUE(IsLessWhole("-3", "0"));
  EXPECT_TRUE(IsLessWhole("9", "10"));
  EXPECT_FALSE(IsLessWhole("10", "10"));
  EXPECT_FALSE(IsLessWhole("2", "-2"));
}

TEST(LabelKeyTest, TrimTakesWhatIsAroundFormAndSpellingAway) {
  for (const char* label :
       {"caf\u00e9", " caf\u00e9", "caf\u00e9\u00a0", "\ufeffcaf\u00e9",
        "cafe\u0301", "caf\u00e9\u200b\t", "\u2028caf\u00e9\u200f",
        "\u00adcaf\u00e9"}) {
    EXPECT_EQ(LabelKey(label, LabelNormalization::kTrim), "caf\u00e9") << label;
    EXPECT_EQ(LabelKey(label, LabelNormalization::kNone), label);
  }
  EXPECT_EQ(LabelKey("1.0", LabelNormalization::kTrim), "1");
  EXPECT_EQ(LabelKey(" 007 ", LabelNormalization::kTrim), "7");
  EXPECT_EQ(LabelKey("1.50", LabelNormalization::kTrim), "1.50");
  EXPECT_EQ(LabelKey("Ham", LabelNormalization::kTrim), "Ham");
  EXPECT_EQ(LabelKey("new  york", LabelNormalization::kTrim), "new  york");
  EXPECT_EQ(LabelKey(" \u00a0\u200b", LabelNormalization::kTrim), "");
}

TEST(LabelKeyTest, FoldTakesTheCaseOfLettersAwayToo) {
  EXPECT_EQ(LabelKey(" HAM", LabelNormalization::kFold), "ham");
  EXPECT_EQ(LabelKey("\u00c9T\u00c9", LabelNormalization::kFold),
            LabelKey("e\u0301te\u0301", LabelNormalization::kFold));
  EXPECT_EQ(LabelKey("STRASSE", LabelNormalization::kFold),
            LabelKey("stra\u00dfe", LabelNormalization::kFold));
  EXPECT_NE(LabelKey("a b", LabelNormalization::kFold),
            LabelKey("ab", LabelNormalization::kFold));
}

TEST(SimilarityKeyTest, IsOneForWhatPeopleReadAsOne) {
  struct {
    const char* a;
    const char* b;
    const char* difference;
  } cases[] = {
      {"Ham", "ham", "letter case"},
      {"new york", "newyork", "white space"},
      {"ham", "ham\u00a0", "white space"},
      {"ham", "h\u200bam", "invisible characters"},
      {"ham", "\ufeffham", "invisible characters"},
      {"ham", "h\u00adam", "invisible characters"},
      {"ham", "\u202aham\u202c", "invisible characters"},
      {"caf\u00e9", "cafe\u0301", "Unicode's form"},
      {"\ufb01sh", "fish", "Unicode's form"},
      {"\uff48am", "ham", "Unicode's form"},
      {"1", "1.0", "the spelling of a number"},
      {"0.50", ".5", "the spelling of a number"},
      {"\u2764", "\u2764\ufe0f", "invisible characters"},
      {"Ham ", "ham", "case, white space, invisible characters or the like"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(SimilarityKey(one.a), SimilarityKey(one.b)) << one.a;
    EXPECT_EQ(DifferenceOf(one.a, one.b), one.difference) << one.a;
  }
  // Marks in another order, of which folding makes a letter of one.
  EXPECT_EQ(SimilarityKey("a\u0345\u0311"), SimilarityKey("a\u0311\u0345"));
  for (const auto& [a, b] : {std::pair("ham", "spam"), std::pair("1", "10"),
                             std::pair("caf\u00e9", "cafe")}) {
    EXPECT_NE(SimilarityKey(a), SimilarityKey(b)) << a;
  }
}

TEST(ReadsAsMissingTest, KnowsWhatProgramsWrite) {
  for (const char* text :
       {"nan", "NaN", "None", "NULL", "null", "N/A", "n/a", "NA", "-", "?",
        " nan ", "<NA>", "NaT", "", "\u00a0", "#N/A", "undefined", "\\N"}) {
    EXPECT_TRUE(ReadsAsMissing(text)) << text;
  }
  for (const char* text :
       {"nano", "0", "other", "no", "nothing", "n", "false"}) {
    EXPECT_FALSE(ReadsAsMissing(text)) << text;
  }
}

TEST(ShowTextTest, WhatCannotBeSeenIsEscaped) {
  EXPECT_EQ(ShowText("ham"), "\"ham\"");
  EXPECT_EQ(ShowText("ham\u00a0"), R"("ham\u00a0")");
  EXPECT_EQ(ShowText(" \u200bham\n\ufeff"), R"(" \u200bham\n\ufeff")");
  EXPECT_EQ(ShowText("caf\u00e9"), "\"caf\u00e9\"");
  EXPECT_EQ(ShowText("cafe\u0301"), R"("cafe\u0301")");
  EXPECT_EQ(ShowText("a\"b\\"), R"("a\"b\\")");
  EXPECT_EQ(ShowText("\U000e0041"), R"("\U000e0041")");
  EXPECT_EQ(ShowText("\xff"), R"("\xff")");
  EXPECT_EQ(ShowText(std::string("a\0", 2)), R"("a\u0000")");
  EXPECT_EQ(ShowText(std::string(200, 'x')),
            "\"" + std::string(100, 'x') + "...\"");
}

}  // namespace
}  // namespace tunesmith
