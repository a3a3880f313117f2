#include "worker/data/label_findings.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<DataFinding> Find(const std::map<std::string, int64_t>& counts) {
  FindingLog log;
  FindLabelProblems(counts, log);
  return log.Take();
}

TEST(LabelFindingsTest, LabelsThatHardlyDifferAreShownWithWhatCannotBeSeen) {
  std::vector<DataFinding> findings =
      Find({{"ham", 4825}, {"ham\u00a0", 3}, {"spam", 747}});
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].code, FindingCode::kSimilarLabels);
  EXPECT_EQ(findings[0].count, 4828);
  EXPECT_EQ(findings[0].message,
            "labels that differ only in white space are different classes: "
            R"("ham" (4825 rows), "ham\u00a0" (3 rows))");
  EXPECT_THAT(findings[0].suggestion, HasSubstr("label_normalization to TRIM"));
}

TEST(LabelFindingsTest, RemedyIsTheLeastThatMakesThemOne) {
  EXPECT_THAT(Find({{"Ham", 2}, {"ham", 1}, {"x", 1}})[0].suggestion,
              HasSubstr("to FOLD"));
  EXPECT_THAT(Find({{"1", 2}, {"1.0", 1}, {"1e0", 1}, {"2", 5}})[0].suggestion,
              HasSubstr("to TRIM"));
  EXPECT_THAT(Find({{"newyork", 2}, {"new york", 1}})[0].suggestion,
              HasSubstr("correct those"));
}

TEST(LabelFindingsTest, ManyGroupsAreSummedUp) {
  std::map<std::string, int64_t> counts;
  for (int i = 0; i < 30; ++i) {
    counts[absl::StrCat("a", i)] = 1;
    counts[absl::StrCat("A", i)] = 2;
  }
  std::vector<DataFinding> findings = Find(counts);
  ASSERT_THAT(findings, SizeIs(21));
  EXPECT_THAT(findings.back().message, HasSubstr("hardly differ: 10"));
  EXPECT_EQ(findings.back().count, 30);
}

TEST(LabelFindingsTest, MissingValuesAreOneFinding) {
  std::vector<DataFinding> findings =
      Find({{"neg", 10}, {"nan", 3}, {"None", 2}});
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].code, FindingCode::kMissingValueLabel);
  EXPECT_EQ(findings[0].count, 5);
  EXPECT_THAT(findings[0].message, HasSubstr("\"None\" (2 rows)"));
}

std::map<std::string, int64_t> Numbers(int distinct, double step,
                                       int64_t rows_each) {
  std::map<std::string, int64_t> counts;
  for (int i = 0; i < distinct; ++i) counts[absl::StrCat(i * step)] = rows_each;
  return counts;
}

TEST(LabelFindingsTest, ManyNumbersLookLikeRegression) {
  EXPECT_EQ(Find(Numbers(10, 0.3, 50))[0].code, FindingCode::kRegressionLabels);
  EXPECT_EQ(Find(Numbers(60, 1, 1))[0].code, FindingCode::kRegressionLabels);
  // Ratings with halves, and ids of many classes.
  EXPECT_THAT(Find(Numbers(9, 0.5, 50)), IsEmpty());
  EXPECT_THAT(Find(Numbers(150, 1, 40)), IsEmpty());
  std::map<std::string, int64_t> mixed = Numbers(30, 0.3, 1);
  mixed["other"] = 1;
  EXPECT_THAT(Find(mixed), IsEmpty());
}

}  // namespace
}  // namespace tunesmith::worker
