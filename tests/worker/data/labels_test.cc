#include "worker/data/labels.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"

namespace tunesmith::worker {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<LabelledSample> WithLabels(const std::vector<std::string>& labels) {
  std::vector<LabelledSample> texts;
  for (const std::string& label : labels) {
    texts.push_back({static_cast<int64_t>(texts.size()) + 1, "text", label});
  }
  return texts;
}

TEST(LabelsTest, LabelsAreSortedByByte) {
  auto labels =
      ResolveLabels({}, WithLabels({"b", "B", "\xc3\xa9", "10", "9"}));
  ASSERT_TRUE(labels.ok());
  EXPECT_THAT(*labels, ElementsAre("10", "9", "B", "b", "\xc3\xa9"));
}

TEST(LabelsTest, WholeNumbersInAnySpellingAreSortedByValue) {
  auto labels = ResolveLabels(
      {}, WithLabels({"10", "9", "2.0", "-3", "1e1", "007", "-20"}));
  ASSERT_TRUE(labels.ok());
  EXPECT_THAT(*labels,
              ElementsAre("-20", "-3", "2.0", "007", "9", "10", "1e1"));
  labels = ResolveLabels({}, WithLabels({"10", "9", "2.5"}));
  EXPECT_THAT(*labels, ElementsAre("10", "2.5", "9"));
}

TEST(LabelsTest, GivenLabelsThatNormalizationMakesOneAreOne) {
  auto labels = ResolveLabels({"b", "a", "b"}, WithLabels({"a", "b"}));
  EXPECT_THAT(*labels, ElementsAre("b", "a"));
}

std::vector<std::string> Spelt(LabelNormalization normalization,
                               const std::vector<std::string>& labels,
                               const std::vector<std::string>& given = {}) {
  std::vector<LabelledSample> rows = WithLabels(labels);
  LabelSpelling(normalization, given, rows).Apply(rows);
  std::vector<std::string> spelt;
  for (const LabelledSample& row : rows) spelt.push_back(row.label);
  return spelt;
}

TEST(LabelsTest, SpellingIsWhatTheNormalizationSays) {
  const std::vector<std::string> labels = {"Ham", "ham", "ham ", "1.0", "Ham"};
  EXPECT_EQ(Spelt(LabelNormalization::kNone, labels), labels);
  EXPECT_THAT(Spelt(LabelNormalization::kTrim, labels),
              ElementsAre("Ham", "ham", "ham", "1", "Ham"));
  // Two rows each: the first by byte.
  EXPECT_THAT(Spelt(LabelNormalization::kFold, labels),
              ElementsAre("Ham", "Ham", "Ham", "1", "Ham"));
  EXPECT_THAT(Spelt(LabelNormalization::kFold, {"Ham", "ham", "ham"}),
              ElementsAre("ham", "ham", "ham"));
  EXPECT_THAT(Spelt(LabelNormalization::kFold, {"Ham", "ham"}, {"HAM"}),
              ElementsAre("HAM", "HAM"));
}

TEST(LabelsTest, UnknownLabelThatNormalizationWouldMatchSaysSo) {
  struct {
    const char* label;
    const char* message;
  } cases[] = {
      {"caf\u00e9\u00a0",
       R"(unknown label in row 1 of datasets/v: "café\u00a0" (it differs from "café" only in white space: data.cleaning.label_normalization = TRIM)"},
      {"cafe\u0301",
       R"("cafe\u0301" (it differs from "café" only in Unicode's form: data.cleaning.label_normalization = TRIM)"},
      {"Caf\u00e9",
       "only in letter case: data.cleaning.label_normalization = FOLD"},
      {"1.0",
       R"(from "1" only in the spelling of a number: data.cleaning.label_normalization = TRIM)"},
      {"ca\u200bf\u00e9",
       R"("ca\u200bfé" (it differs from "café" only in invisible characters))"},
      {"tea", R"("tea" (training data or the task's labels lack it))"},
  };
  for (const auto& one : cases) {
    absl::Status status = IndexLabels({"bar and restaurant", "caf\u00e9", "1"},
                                      WithLabels({one.label}), "datasets/v")
                              .status();
    EXPECT_EQ(ReasonOf(status), "UNKNOWN_LABEL");
    EXPECT_THAT(std::string(status.message()), HasSubstr(one.message));
  }
}

TEST(LabelsTest, GivenLabelsKeepTheirOrder) {
  auto labels = ResolveLabels({"spam", "ham", "eggs"},
                              WithLabels({"ham", "spam", "ham"}));
  ASSERT_TRUE(labels.ok());
  EXPECT_THAT(*labels, ElementsAre("spam", "ham", "eggs"));
}

TEST(LabelsTest, OneClassOrTooManyAreRefused) {
  EXPECT_EQ(ReasonOf(ResolveLabels({}, WithLabels({"a", "a"})).status()),
            "BAD_CLASS_COUNT");
  EXPECT_EQ(
      ReasonOf(ResolveLabels({"a", "b"}, WithLabels({"a", "a"})).status()),
      "BAD_CLASS_COUNT");
  std::vector<std::string> many;
  for (size_t i = 0; i <= kMaxLabels; ++i) many.push_back(absl::StrCat(i));
  EXPECT_EQ(ReasonOf(ResolveLabels({}, WithLabels(many)).status()),
            "BAD_CLASS_COUNT");
  many.pop_back();
  EXPECT_TRUE(ResolveLabels({}, WithLabels(many)).ok());
}

TEST(LabelsTest, UnknownLabelNamesLabelRowAndDataset) {
  absl::Status status = IndexLabels({"ham", "spam"}, WithLabels({"ham", "spm"}),
                                    "datasets/validation")
                            .status();
  EXPECT_EQ(ReasonOf(status), "UNKNOWN_LABEL");
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"spm\""));
  EXPECT_THAT(std::string(status.message()), HasSubstr("row 2"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("datasets/validation"));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("did you mean \"spam\""));
}

TEST(LabelsTest, CountsRowsOfEveryClass) {
  std::vector<int32_t> labels = {0, 2, 2};
  EXPECT_THAT(CountLabels(labels, 4), ElementsAre(1, 0, 2, 0));
}

// n / (classes * count), checked against scikit-learn's compute_class_weight.
TEST(LabelsTest, BalancedWeightsAreThoseOfScikitLearn) {
  std::vector<int64_t> counts = {6, 3, 1};
  EXPECT_THAT(
      BalancedWeights(counts),
      ElementsAre(DoubleEq(10.0 / 18), DoubleEq(10.0 / 9), DoubleEq(10.0 / 3)));
  std::vector<int64_t> with_empty = {2, 0, 2};
  EXPECT_THAT(BalancedWeights(with_empty), ElementsAre(1.0, 1.0, 1.0));
}

}  // namespace
}  // namespace tunesmith::worker
