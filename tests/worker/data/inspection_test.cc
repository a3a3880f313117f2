#include "worker/data/inspection.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/data/table_file.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

bool Never() { return false; }

struct Inspected {
  absl::Status status;
  TableFacts facts;
  std::vector<DataFinding> findings;

  std::vector<DataFinding> With(FindingCode code) const {
    std::vector<DataFinding> result;
    std::copy_if(findings.begin(), findings.end(), std::back_inserter(result),
                 [&](const DataFinding& f) { return f.code == code; });
    return result;
  }
  const ColumnFacts& Column(const std::string& name) const {
    return *std::find_if(facts.columns.begin(), facts.columns.end(),
                         [&](const ColumnFacts& c) { return c.name == name; });
  }
};

Inspected Inspect(const std::string& path, const TableFormat& format) {
  Inspected result;
  auto table = OpenTable(path, format);
  result.status = table.status();
  if (!table.ok()) return result;
  FindingLog log;
  auto facts = InspectTable(**table, log, Never);
  result.status = facts.status();
  if (facts.ok()) result.facts = *std::move(facts);
  result.findings = log.Take();
  return result;
}

Inspected InspectText(const std::string& content, const TableFormat& format) {
  TableTestFile file(content);
  return Inspect(file.path(), format);
}

TEST(TypeOfTextTest, OnlyWhatComesBackAsTheSameTextIsANumber) {
  for (const char* text : {"0", "7", "-12", "123456789012345678"}) {
    EXPECT_EQ(TypeOfText(text), ColumnType::kInteger) << text;
  }
  for (const char* text : {"0.5", "-1.50", "1e5", "2.5E-3", "0e1"}) {
    EXPECT_EQ(TypeOfText(text), ColumnType::kFloat) << text;
  }
  for (const char* text : {"true", "False", "TRUE"}) {
    EXPECT_EQ(TypeOfText(text), ColumnType::kBoolean) << text;
  }
  for (const char* text :
       {"007", "+1", "1,5", ".5", "5.", "1e", "-", "", "nan", "0x1", " 1", "1 ",
        "tRUE", "1234567890123456789", "00.5", "1-2"}) {
    EXPECT_EQ(TypeOfText(text), ColumnType::kString) << text;
  }
}

TEST(InspectionTest, ColumnsHaveTheNarrowestTypeOfAllValues) {
  Inspected result = InspectText(
      "i,f,b,s,zip,mixed\n1,1,true,a,007,1\n-2,2.5,False,7,12,true\n", Csv());
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.Column("i").type, ColumnType::kInteger);
  EXPECT_EQ(result.Column("f").type, ColumnType::kFloat);
  EXPECT_EQ(result.Column("b").type, ColumnType::kBoolean);
  EXPECT_EQ(result.Column("s").type, ColumnType::kString);
  EXPECT_EQ(result.Column("zip").type, ColumnType::kString);
  EXPECT_EQ(result.Column("mixed").type, ColumnType::kString);
}

TEST(InspectionTest, CountsValuesNullsAndBytes) {
  Inspected result = InspectText("t,l\naa,x\nbbbb,y\ncc,x\n,x\ndd,\n", Csv());
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.facts.row_count, 5);
  const ColumnFacts& label = result.Column("l");
  EXPECT_THAT(label.values, ElementsAre(Pair("x", 3), Pair("y", 1)));
  EXPECT_EQ(label.distinct_count, 2);
  EXPECT_EQ(label.null_count, 1);
  const ColumnFacts& text = result.Column("t");
  EXPECT_EQ(text.min_bytes, 2);
  EXPECT_EQ(text.max_bytes, 4);
  EXPECT_DOUBLE_EQ(text.mean_bytes, 2.5);
}

TEST(InspectionTest, MissingCellsAreFindingsWithTheirRow) {
  Inspected result = InspectText("t,l\na,x\nb,\nc,z\n", Csv());
  auto missing = result.With(FindingCode::kMissingCell);
  ASSERT_THAT(missing, SizeIs(1));
  EXPECT_EQ(missing[0].row, 2);
  EXPECT_EQ(missing[0].column, "l");
}

TEST(InspectionTest, SparseColumnIsOneFinding) {
  Inspected result = InspectText("t,empty\na,\nb,\nc,\nd,x\n", Csv());
  auto missing = result.With(FindingCode::kMissingCell);
  ASSERT_THAT(missing, SizeIs(1));
  EXPECT_FALSE(missing[0].row.has_value());
  EXPECT_EQ(missing[0].count, 3);
}

TEST(InspectionTest, LateKeysCountAsMissingInEarlierLines) {
  Inspected result = InspectText(
      "{\"a\":1}\n[]\n{\"a\":2}\n{\"a\":3,\"b\":1}\n{\"a\":4,\"b\":1}\n"
      "{\"a\":5,\"b\":1}\n",
      Jsonl());
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.Column("b").null_count, 2);
  auto missing = result.With(FindingCode::kMissingCell);
  ASSERT_THAT(missing, SizeIs(2));
  EXPECT_EQ(missing[0].row, 1);
  EXPECT_EQ(missing[1].row, 3);
}

TEST(InspectionTest, ProblemRowsAreFindingsAndNotFacts) {
  Inspected result = InspectText("t,l\na,x\nb\n\xff,x\n\"q\"z,x\nc,y\n", Csv());
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.facts.row_count, 2);
  ASSERT_THAT(result.With(FindingCode::kWrongCellCount), SizeIs(1));
  EXPECT_EQ(result.With(FindingCode::kWrongCellCount)[0].row, 2);
  ASSERT_THAT(result.With(FindingCode::kInvalidUtf8), SizeIs(1));
  EXPECT_EQ(result.With(FindingCode::kInvalidUtf8)[0].row, 3);
  ASSERT_THAT(result.With(FindingCode::kMalformedRow), SizeIs(1));
  EXPECT_EQ(result.With(FindingCode::kMalformedRow)[0].row, 4);
}

TEST(InspectionTest, RowFindingsAreCapped) {
  std::string content = "t,l\na,b\n";
  for (int i = 0; i < 1500; ++i) content += "bad\n";
  Inspected result = InspectText(content, Csv());
  auto wrong = result.With(FindingCode::kWrongCellCount);
  ASSERT_THAT(wrong, SizeIs(FindingLog::kMaxRowFindings + 1));
  EXPECT_FALSE(wrong.back().row.has_value());
  EXPECT_EQ(wrong.back().count, 500);
}

TEST(InspectionTest, DuplicateRowsAreOneFindingWithACount) {
  Inspected result = InspectText("t,l\na,b\nb,a\na,b\na,b\nab,\n", Csv());
  auto duplicates = result.With(FindingCode::kDuplicateRow);
  ASSERT_THAT(duplicates, SizeIs(1));
  EXPECT_EQ(duplicates[0].count, 2);
}

TEST(InspectionTest, DistinctValuesAreListedUpToTheLimit) {
  std::string at_limit = "v\n";
  for (size_t i = 0; i < kMaxDistinctValues; ++i)
    absl::StrAppend(&at_limit, "v", i, "\n");
  Inspected listed = InspectText(at_limit, Csv());
  EXPECT_THAT(listed.Column("v").values, SizeIs(kMaxDistinctValues));
  EXPECT_THAT(listed.With(FindingCode::kTooManyDistinctValues), IsEmpty());

  Inspected above = InspectText(at_limit + "one more\n", Csv());
  EXPECT_THAT(above.Column("v").values, IsEmpty());
  EXPECT_FALSE(above.Column("v").distinct_count.has_value());
  EXPECT_THAT(above.With(FindingCode::kTooManyDistinctValues), SizeIs(1));
}

TEST(InspectionTest, RowsThatCannotBeUsedAreCounted) {
  Inspected result = InspectText("t,l\na,b\nbad\n\xff,b\nc,d\n", Csv());
  EXPECT_EQ(result.facts.row_count, 2);
  EXPECT_EQ(result.facts.unusable_row_count, 2);
}

TEST(InspectionTest, MessagesNameTheLineAndWhatIsOddAboutTheFileIsAFinding) {
  Inspected result =
      InspectText("t,l\n\n\na,b\nt,l\n\nbad\ncaf\xe9 is fine,b\n", Csv());
  ASSERT_THAT(result.With(FindingCode::kWrongCellCount), SizeIs(1));
  EXPECT_THAT(result.With(FindingCode::kWrongCellCount)[0].message,
              HasSubstr("line 7: the row has 1 cells"));
  EXPECT_THAT(result.With(FindingCode::kOddFile), SizeIs(1));
  ASSERT_THAT(result.With(FindingCode::kOtherEncoding), SizeIs(1));
  EXPECT_THAT(result.With(FindingCode::kOtherEncoding)[0].suggestion,
              HasSubstr("WINDOWS_1252"));
}

TEST(InspectionTest, FileWithoutAReadableRowProposesItsEncoding) {
  absl::Status status = InspectText("t,l\ncaf\xe9 is fine,b\n", Csv()).status;
  EXPECT_EQ(ReasonOf(status), "MALFORMED_FILE");
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("set the format's `encoding` to WINDOWS_1252"));
}

TEST(InspectionTest, LateColumnsOfWideTablesListLess) {
  std::string content;
  for (size_t c = 0; c <= kFirstColumns; ++c) {
    absl::StrAppend(&content, c == 0 ? "" : ",", "c", c);
  }
  const std::string commas(kFirstColumns, ',');
  for (size_t i = 0; i <= kMaxDistinctValuesOfLateColumns; ++i) {
    absl::StrAppend(&content, "\n", i, commas, i);
  }
  Inspected result = InspectText(content, Csv());
  EXPECT_EQ(result.Column("c0").distinct_count, 4097);
  EXPECT_FALSE(result.Column(absl::StrCat("c", kFirstColumns))
                   .distinct_count.has_value());
}

TEST(InspectionTest, LongDistinctValuesAreCountedAndNotListed) {
  std::string content = "v\n";
  for (int i = 0; i < 300; ++i) {
    absl::StrAppend(&content, i, std::string(1000, 'x'), "\n");
  }
  Inspected result = InspectText(content, Csv());
  EXPECT_THAT(result.Column("v").values, IsEmpty());
  EXPECT_EQ(result.Column("v").distinct_count, 300);
}

TEST(InspectionTest, ManyColumnsListTheShortestListsOnly) {
  constexpr int kColumns = 12;
  std::string content = "label";
  for (int c = 0; c < kColumns; ++c) absl::StrAppend(&content, ",c", c);
  for (int row = 0; row < 2000; ++row) {
    absl::StrAppend(&content, "\n", row % 3);
    for (int c = 0; c < kColumns; ++c) {
      absl::StrAppend(&content, ",", row, std::string(100, 'x'));
    }
  }
  Inspected result = InspectText(content, Csv());
  EXPECT_THAT(result.Column("label").values, SizeIs(3));
  size_t listed = 0;
  for (const ColumnFacts& column : result.facts.columns) {
    EXPECT_EQ(column.distinct_count, column.name == "label" ? 3 : 2000);
    listed += column.ListedBytes();
  }
  EXPECT_LE(listed, kMaxListedBytes);
  EXPECT_GT(listed, kMaxListedBytes / 2);
}

TEST(InspectionTest, NestedColumnsAreOfOtherType) {
  Inspected result = InspectText("{\"a\":[1],\"b\":1}\n", Jsonl());
  EXPECT_EQ(result.Column("a").type, ColumnType::kOther);
  EXPECT_EQ(result.Column("b").type, ColumnType::kInteger);
}

TEST(InspectionTest, NoRowIsAnError) {
  EXPECT_EQ(ReasonOf(InspectText("", Csv()).status), "EMPTY_DATASET");
  EXPECT_EQ(ReasonOf(InspectText("t,l\n", Csv()).status), "EMPTY_DATASET");
  EXPECT_EQ(ReasonOf(InspectText("\n", Jsonl()).status), "EMPTY_DATASET");
}

TEST(InspectionTest, NothingButBadRowsIsAMalformedFile) {
  Inspected result = InspectText("text,label\na,b\n", Jsonl());
  EXPECT_EQ(ReasonOf(result.status), "MALFORMED_FILE");
  EXPECT_THAT(std::string(result.status.message()), HasSubstr("row 1"));
}

TEST(InspectionTest, CancelEndsIt) {
  TableTestFile file("t\na\n");
  auto table = OpenTable(file.path(), Csv());
  ASSERT_TRUE(table.ok());
  FindingLog log;
  auto facts = InspectTable(**table, log, [] { return true; });
  EXPECT_EQ(facts.status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace tunesmith::worker
