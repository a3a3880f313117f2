#include "worker/data/sample_findings.h"

#include <algorithm>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<FindingCode> Codes(FindingLog& log) {
  std::vector<FindingCode> codes;
  for (const DataFinding& finding : log.Take()) codes.push_back(finding.code);
  return codes;
}

TEST(SampleFindingsTest, TinyImbalancedAndUnvalidatedClassesAreFound) {
  FindingLog log;
  FindClassProblems({"a", "b"}, std::vector<int64_t>{20, 1},
                    std::vector<int64_t>{2, 0}, log);
  EXPECT_THAT(Codes(log), ElementsAre(FindingCode::kTinyClass,
                                      FindingCode::kClassWithoutValidation,
                                      FindingCode::kClassImbalance));
}

TEST(SampleFindingsTest, ThousandsOfTinyClassesAreSummedUp) {
  FindingLog log;
  std::vector<std::string> labels(1500, "x");
  FindClassProblems(labels, std::vector<int64_t>(1500, 2),
                    std::vector<int64_t>(1500, 1), log);
  std::vector<DataFinding> findings = log.Take();
  ASSERT_THAT(findings, SizeIs(6));
  EXPECT_EQ(findings.back().message,
            "more classes that have few training rows: 1495");
  EXPECT_EQ(findings.back().count, 2990);
}

TEST(SampleFindingsTest, RepeatedSamplesAreOneFinding) {
  FindingLog log;
  FindRepeatedSamples({{1, "x", "a"}, {2, "y", "a"}}, "text", log);
  EXPECT_THAT(log.Take(), IsEmpty());
  FindRepeatedSamples(
      {{1, "x", "a"}, {2, "y", "a"}, {4, "x", "a"}, {5, "x", "b"}}, "text",
      log);
  std::vector<DataFinding> findings = log.Take();
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].code, FindingCode::kDuplicateRow);
  EXPECT_EQ(findings[0].count, 2);
  EXPECT_THAT(findings[0].message, HasSubstr("rows 1 and 4"));
}

TEST(SampleFindingsTest, HealthyClassesAreNoFinding) {
  FindingLog log;
  FindClassProblems({"a", "b"}, std::vector<int64_t>{29, 3},
                    std::vector<int64_t>{2, 1}, log);
  EXPECT_THAT(Codes(log), IsEmpty());
}

TEST(SampleFindingsTest, WithoutValidationDataNoClassLacksIt) {
  FindingLog log;
  FindClassProblems({"a", "b"}, std::vector<int64_t>{5, 5},
                    std::vector<int64_t>{0, 0}, log);
  EXPECT_THAT(Codes(log), IsEmpty());
}

TEST(SampleFindingsTest, ConflictingLabelsAreOneFinding) {
  FindingLog log;
  FindConflictingLabels({{1, "x", "a"},
                         {2, "y", "a"},
                         {3, "x", "b"},
                         {4, "y", "a"},
                         {5, "x", "b"}},
                        "text", log);
  std::vector<DataFinding> findings = log.Take();
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].code, FindingCode::kConflictingLabel);
  EXPECT_EQ(findings[0].count, 1);
  EXPECT_THAT(findings[0].message, HasSubstr("rows 1 and 3"));
}

TEST(SampleFindingsTest, OverlapCountsRowsOfTheOtherSplit) {
  FindingLog log;
  FindSplitOverlap({{1, "x", "a"}, {2, "y", "a"}},
                   {{1, "z", "a"}, {2, "y", "a"}, {3, "y", "b"}}, "picture",
                   "test", log);
  std::vector<DataFinding> findings = log.Take();
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].count, 2);
  EXPECT_THAT(findings[0].message, HasSubstr("row 2"));
  EXPECT_THAT(findings[0].message, HasSubstr("whose picture is"));
}

TEST(SampleFindingsTest, TruncationIsFoundWhenThereIsAny) {
  FindingLog log;
  FindTruncatedTexts(0, 10, 64, "training", log);
  EXPECT_THAT(log.Take(), IsEmpty());
  FindTruncatedTexts(3, 10, 64, "training", log);
  std::vector<DataFinding> findings = log.Take();
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].count, 3);
}

}  // namespace
}  // namespace tunesmith::worker
