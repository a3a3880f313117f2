#include "worker/data/data_totals.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

// 200 rows: 80 + 12 of a, 100 + 0 of b, and 8 without a label.
DataTotals Totals() {
  RowTally tally;
  for (int i = 0; i < 200; ++i) tally.AddRow();
  for (int i = 0; i < 12; ++i)
    tally.Drop(FindingCode::kInvalidUtf8, 7 + i, "a");
  for (int i = 0; i < 8; ++i) tally.Drop(FindingCode::kMissingCell, 30 + i, "");
  DataTotals totals =
      TotalsOf("datasets/x", tally, {{"a", 80}, {"b", 100}}, {"b", "a"});
  totals.training = 162;
  totals.validation = 18;
  return totals;
}

TEST(DataTotalsTest, CausesAreByNumberAndClassesInTheOrderOfLabels) {
  DataTotals totals = Totals();
  EXPECT_EQ(totals.rows, 200);
  ASSERT_THAT(totals.dropped, SizeIs(2));
  EXPECT_EQ(totals.dropped[0].cause, FindingCode::kInvalidUtf8);
  EXPECT_EQ(totals.dropped[0].count, 12);
  EXPECT_EQ(totals.dropped[0].first_row, 7);
  ASSERT_THAT(totals.classes, SizeIs(2));
  EXPECT_EQ(totals.classes[0].label, "b");
  EXPECT_EQ(totals.classes[1].used, 80);
  EXPECT_EQ(totals.classes[1].dropped, 12);
}

TEST(DataTotalsTest, SentenceHasAllOfIt) {
  DataFinding finding = TotalsFinding(Totals());
  EXPECT_EQ(finding.code, FindingCode::kRowTotals);
  EXPECT_EQ(finding.severity, FindingSeverity::kWarning);
  EXPECT_EQ(finding.message,
            "datasets/x: 200 rows read, 162 for training, 18 for validation; "
            "left out: 20 (10 %), not in the encoding: 12 (INVALID_UTF8, the "
            "first is row 7); without a value: 8 (MISSING_CELL, the first is "
            "row 30); by class: \"a\" loses 12 of 92 (13 %)");
}

TEST(DataTotalsTest, LittleIsANoteAndALotOfOneClassIsNot) {
  RowTally tally;
  for (int i = 0; i < 1000; ++i) tally.AddRow();
  EXPECT_EQ(TotalsFinding(TotalsOf("d", tally, {{"a", 1000}}, {})).severity,
            FindingSeverity::kNote);
  for (int i = 0; i < 5; ++i) tally.Drop(FindingCode::kBadImage, 1 + i, "a");
  EXPECT_EQ(TotalsFinding(TotalsOf("d", tally, {{"a", 995}}, {})).severity,
            FindingSeverity::kNote);
  EXPECT_EQ(
      TotalsFinding(TotalsOf("d", tally, {{"a", 45}, {"b", 950}}, {})).severity,
      FindingSeverity::kWarning);
}

TEST(DataTotalsTest, LimitIsAShareOfTheRows) {
  DataTotals totals = Totals();
  EXPECT_TRUE(CheckDropped(totals, 0.1, "").ok());
  absl::Status status = CheckDropped(totals, 0.0999, "save it as UTF-8");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "TOO_MANY_ROWS_DROPPED");
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("20 of 200 rows cannot be used (10 %)"));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("not in the encoding: 12"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"a\" loses 12 of 92"));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("save it as UTF-8, or raise "
                        "data.cleaning.max_dropped_fraction"));
}

TEST(DataTotalsTest, LimitOfZeroAllowsNoneAndWhatIsUnusedDoesNotCount) {
  RowTally tally;
  for (int i = 0; i < 10; ++i) tally.AddRow();
  for (int i = 0; i < 5; ++i) tally.Drop(FindingCode::kOddLayout, 1 + i, "a");
  EXPECT_TRUE(CheckDropped(TotalsOf("d", tally, {}, {}), 0, "").ok());
  tally.Drop(FindingCode::kMissingCell, 6, "a");
  EXPECT_FALSE(CheckDropped(TotalsOf("d", tally, {}, {}), 0, "").ok());
  EXPECT_TRUE(CheckDropped(TotalsOf("d", tally, {}, {}), 0.1, "").ok());
}

}  // namespace
}  // namespace tunesmith::worker
