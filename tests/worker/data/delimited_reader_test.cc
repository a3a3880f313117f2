#include "worker/data/delimited_reader.h"

#include <random>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "tests/worker/data/table_file.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

FindingCode ProblemOf(const WholeTable& table, size_t row) {
  EXPECT_TRUE(table.rows.at(row).problem.has_value());
  return table.rows.at(row).problem->code;
}

TEST(DelimitedReaderTest, ReadsQuotesLineEndsAndEscapesInCells) {
  WholeTable table = ReadWholeText(
      "text,label\r\n\"a, \"\"b\"\"\nc\",x\r\nplain,\"\"\n", Csv());
  EXPECT_THAT(table.columns, ElementsAre("text", "label"));
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_THAT(table.Texts(0), ElementsAre("a, \"b\"\nc", "x"));
  EXPECT_THAT(table.Texts(1), ElementsAre("plain", ""));
}

TEST(DelimitedReaderTest, NumbersRowsAndNotLines) {
  WholeTable table =
      ReadWholeText("t,l\n\"two\nlines\",a\n\n\none,b\nbad\nlast,c", Csv());
  ASSERT_THAT(table.rows, SizeIs(4));
  EXPECT_EQ(table.rows[1].number, 2);
  EXPECT_THAT(table.Texts(1), ElementsAre("one", "b"));
  EXPECT_EQ(table.rows[2].number, 3);
  EXPECT_EQ(ProblemOf(table, 2), FindingCode::kWrongCellCount);
  EXPECT_THAT(table.Texts(3), ElementsAre("last", "c"));
}

TEST(DelimitedReaderTest, SkipsAByteOrderMark) {
  WholeTable table = ReadWholeText("\xef\xbb\xbftext,label\na,b\n", Csv());
  EXPECT_THAT(table.columns, ElementsAre("text", "label"));
}

TEST(DelimitedReaderTest, RowsThatAreNotUtf8AreProblemsOfTheirRow) {
  WholeTable table = ReadWholeText("t,l\ncaf\xe9,a\nfine,b\n", Csv());
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_EQ(ProblemOf(table, 0), FindingCode::kInvalidUtf8);
  EXPECT_FALSE(table.rows[1].problem.has_value());
}

TEST(DelimitedReaderTest, TooManyAndTooFewCellsAreWrongCounts) {
  WholeTable table = ReadWholeText("t,l\na,b,c\na\n", Csv());
  EXPECT_EQ(ProblemOf(table, 0), FindingCode::kWrongCellCount);
  EXPECT_THAT(table.rows[0].problem->message,
              HasSubstr("3 cells instead of 2"));
  EXPECT_EQ(ProblemOf(table, 1), FindingCode::kWrongCellCount);
}

TEST(DelimitedReaderTest, TextAfterAClosingQuoteIsMalformed) {
  WholeTable table = ReadWholeText("t,l\n\"a\"b,c\nd,e\n", Csv());
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_EQ(ProblemOf(table, 0), FindingCode::kMalformedRow);
  EXPECT_THAT(table.Texts(1), ElementsAre("d", "e"));
}

TEST(DelimitedReaderTest, QuoteInsideACellIsText) {
  WholeTable table = ReadWholeText("t,l\n6\" pipe,a\n", Csv());
  EXPECT_THAT(table.Texts(0), ElementsAre("6\" pipe", "a"));
}

TEST(DelimitedReaderTest, UnclosedQuoteIsOneMalformedRow) {
  WholeTable table = ReadWholeText("t,l\na,b\n\"c,d\ne,f\n", Csv());
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_EQ(ProblemOf(table, 1), FindingCode::kMalformedRow);
  EXPECT_EQ(table.rows[1].number, 2);
}

TEST(DelimitedReaderTest, UnquotedTsvKeepsQuotesAsText) {
  WholeTable table = ReadWholeText("t\tl\n\"say\ta\nx \"y\"\tb\r\n", Tsv());
  EXPECT_THAT(table.Texts(0), ElementsAre("\"say", "a"));
  EXPECT_THAT(table.Texts(1), ElementsAre("x \"y\"", "b"));
}

TEST(DelimitedReaderTest, LoneCarriageReturnIsText) {
  WholeTable table = ReadWholeText("t\tl\na\rb\tc\n", Tsv());
  EXPECT_THAT(table.Texts(0), ElementsAre("a\rb", "c"));
}

TEST(DelimitedReaderTest, OtherDelimitersWork) {
  TableFormat format = Csv();
  format.delimiter = ';';
  WholeTable table = ReadWholeText("t;l\na,b;c\n", format);
  EXPECT_THAT(table.Texts(0), ElementsAre("a,b", "c"));
}

TEST(DelimitedReaderTest, FileWithoutHeaderNumbersItsColumns) {
  TableFormat format = Tsv();
  format.header = false;
  WholeTable table = ReadWholeText("a\t1\nb\t2\n", format);
  EXPECT_THAT(table.columns, ElementsAre("column_1", "column_2"));
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_THAT(table.Texts(0), ElementsAre("a", "1"));
  EXPECT_EQ(table.rows[0].number, 1);
}

TEST(DelimitedReaderTest, ColumnNamesStandForAMissingHeader) {
  TableFormat format = Tsv();
  format.header = false;
  format.column_names = {"text", "label"};
  WholeTable table = ReadWholeText("a\t1\n", format);
  EXPECT_THAT(table.columns, ElementsAre("text", "label"));
  EXPECT_THAT(table.rows, SizeIs(1));
}

TEST(DelimitedReaderTest, ColumnNamesReplaceAHeader) {
  TableFormat format = Csv();
  format.column_names = {"text", "label"};
  WholeTable table = ReadWholeText("caf\xe9,l\na,b\n", format);
  EXPECT_THAT(table.columns, ElementsAre("text", "label"));
  EXPECT_THAT(table.rows, SizeIs(1));
}

TEST(DelimitedReaderTest, EmptyAndRepeatedNamesBecomeUnique) {
  WholeTable table = ReadWholeText("v1,v2,,v1,\na,b,c,d,e\n", Csv());
  EXPECT_THAT(table.columns,
              ElementsAre("v1", "v2", "column_3", "v1_2", "column_5"));
}

TEST(DelimitedReaderTest, EmptyFilesHaveNoRows) {
  EXPECT_THAT(ReadWholeText("", Csv()).rows, IsEmpty());
  EXPECT_THAT(ReadWholeText("\n\n\r\n", Csv()).rows, IsEmpty());
  EXPECT_THAT(ReadWholeText("text,label\n", Csv()).rows, IsEmpty());
}

TEST(DelimitedReaderTest, NulIsTextLikeAnyOther) {
  WholeTable table = ReadWholeText(std::string("t,l\na\0b,c\n", 10), Csv());
  EXPECT_THAT(table.Texts(0), ElementsAre(std::string("a\0b", 3), "c"));
}

TEST(DelimitedReaderTest, OtherKindsOfFilesAreRefusedByName) {
  struct {
    std::string content;
    const char* message;
  } cases[] = {{std::string("\xff\xfet\0,\0l\0\n\0", 10), "UTF-16"},
               {"PK\x03\x04rest", "spreadsheet"},
               {"\x1f\x8b\x08rest", "gzip"},
               {"PAR1rest", "Parquet"},
               {"t\xe9xt,label\na,b\n", "header is not UTF-8"},
               {"\"text,label\na,b\n", "header cannot be read"},
               {std::string(5000, ','), "more than 4096"}};
  for (const auto& one : cases) {
    absl::Status status = ReadError(one.content, Csv());
    EXPECT_EQ(ReasonOf(status), "MALFORMED_FILE") << one.message;
    EXPECT_THAT(std::string(status.message()), HasSubstr(one.message));
  }
}

TEST(DelimitedReaderTest, RowsAboveTheLimitAreMalformedAndTheRestIsRead) {
  std::string content =
      "t,l\n" + std::string(kMaxRowBytes + 10, 'x') + ",a\nshort,b\n";
  WholeTable table = ReadWholeText(content, Csv());
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_EQ(ProblemOf(table, 0), FindingCode::kMalformedRow);
  EXPECT_THAT(table.Texts(1), ElementsAre("short", "b"));
}

TEST(DelimitedReaderTest, AnyBytesEndInRowsOrAnError) {
  std::mt19937 random(5);
  const std::string alphabet("a,\"\n\r\t;\xc3\xa9\xff\0x", 13);
  for (int round = 0; round < 300; ++round) {
    std::string content;
    size_t size = random() % 200;
    for (size_t i = 0; i < size; ++i) {
      content += alphabet[random() % alphabet.size()];
    }
    absl::Status status = ReadError(content, round % 2 ? Csv() : Tsv());
    if (!status.ok()) {
      EXPECT_EQ(ReasonOf(status), "MALFORMED_FILE");
    }
  }
}

}  // namespace
}  // namespace tunesmith::worker
