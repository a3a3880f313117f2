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
  } cases[] = {
      {std::string("\xff\xfe\0\0t\0\0\0", 8), "UTF-32"},
      {"PK\x03\x04rest", "spreadsheet"},
      {"BZh91AY", "bzip2"},
      {"version https://git-lfs.github.com/spec/v1\noid", "git lfs pull"},
      {"<!DOCTYPE html>\n<html>", "web page"},
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

// The one ODD_FILE finding.
DataFinding OddityOf(const WholeTable& table) {
  EXPECT_THAT(table.findings, SizeIs(1));
  if (table.findings.empty()) return {};
  EXPECT_EQ(table.findings[0].code, FindingCode::kOddFile);
  return table.findings[0];
}

TEST(DelimitedReaderTest, LinesAreThoseOfAnEditor) {
  WholeTable table =
      ReadWholeText("t,l\n\"two\nlines\",a\n\n\none,b\nbad\n", Csv());
  ASSERT_THAT(table.rows, SizeIs(3));
  EXPECT_EQ(table.rows[0].line, 2);
  EXPECT_EQ(table.rows[1].line, 6);
  EXPECT_EQ(table.rows[2].line, 7);
}

TEST(DelimitedReaderTest, FileWhoseLinesEndWithReturnsHasRows) {
  WholeTable table = ReadWholeText("t,l\ra,b\r\"c\nd\",e\r", Csv());
  EXPECT_THAT(table.columns, ElementsAre("t", "l"));
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_THAT(table.Texts(0), ElementsAre("a", "b"));
  EXPECT_THAT(table.Texts(1), ElementsAre("c\nd", "e"));
  EXPECT_EQ(table.rows[1].line, 3);
}

TEST(DelimitedReaderTest, SeveralReturnsBeforeALineEndAreNoPartOfALabel) {
  WholeTable table = ReadWholeText("t,l\r\r\na,b\r\r\nc,d\r\r\n", Csv());
  EXPECT_THAT(table.columns, ElementsAre("t", "l"));
  EXPECT_THAT(table.Texts(0), ElementsAre("a", "b"));
  EXPECT_THAT(table.Texts(1), ElementsAre("c", "d"));
  EXPECT_EQ(OddityOf(table).count, 3);
}

TEST(DelimitedReaderTest, MarksAndHeadersOfJoinedFilesAreLeftOutAndSaid) {
  WholeTable table = ReadWholeText(
      "\xef\xbb\xbft,l\na,b\n\xef\xbb\xbft,l\nc,d\n\xef\xbb\xbf\"e\",f\nt,l\n",
      Csv());
  ASSERT_THAT(table.rows, SizeIs(3));
  EXPECT_THAT(table.Texts(1), ElementsAre("c", "d"));
  EXPECT_THAT(table.Texts(2), ElementsAre("e", "f"));
  EXPECT_EQ(table.rows[2].number, 3);
  ASSERT_THAT(table.findings, SizeIs(2));
  EXPECT_THAT(table.findings[0].message, HasSubstr("byte order marks"));
  EXPECT_EQ(table.findings[0].count, 2);
  EXPECT_THAT(table.findings[1].message,
              HasSubstr("repeat the header, as where files were joined, are "
                        "left out: 2, the first in line 3"));
}

TEST(DelimitedReaderTest, OtherDelimiterIsProposedAndNotGuessed) {
  for (const char* content :
       {"text;label\na;b\n", "text|label\na, really|b\n",
        "\"text, all\";label\na;b\n", "text\tlabel\na\tb\n"}) {
    absl::Status status = ReadError(content, Csv());
    EXPECT_EQ(ReasonOf(status), "MALFORMED_FILE") << content;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("set the format's `delimiter` to "));
  }
  EXPECT_THAT(std::string(ReadError("text,label\na,b\n", Tsv()).message()),
              HasSubstr("`delimiter` to ','"));
  // One line of prose is no proof.
  WholeTable table = ReadWholeText("this; and that\none\n", Csv());
  EXPECT_THAT(OddityOf(table).suggestion, HasSubstr("';'"));
  EXPECT_THAT(table.rows, SizeIs(1));
}

TEST(DelimitedReaderTest, QuotesAroundCellsOfAnUnquotedFileAreToldOf) {
  WholeTable table = ReadWholeText(
      "t\tl\n\"\"\"a\"\" they said\"\tx\nb \"c\"\ty\nd\tx\n", Tsv());
  EXPECT_THAT(table.Texts(0), ElementsAre("\"\"\"a\"\" they said\"", "x"));
  DataFinding finding = OddityOf(table);
  EXPECT_THAT(finding.message, HasSubstr("1 of 3, the first in line 2"));
  EXPECT_THAT(finding.suggestion, HasSubstr("`quoted` to true"));
  // A saying now and then is just that.
  std::string sayings = "t\tl\n\"so be it\"\tx\n";
  for (int i = 0; i < 30; ++i) sayings += "other\ty\n";
  EXPECT_THAT(ReadWholeText(sayings, Tsv()).findings, IsEmpty());
}

TEST(DelimitedReaderTest, QuoteThatSwallowsRowsIsFoundByTheRowItOpensIn) {
  WholeTable table = ReadWholeText(
      "text,label\nfine,ham\n\"never closed,spam\ngood one,ham\nbad "
      "one,spam\n\",ham\nlast,spam\n",
      Csv());
  ASSERT_THAT(table.rows, SizeIs(3));
  DataFinding finding = OddityOf(table);
  EXPECT_EQ(finding.row, 2);
  EXPECT_EQ(finding.severity, FindingSeverity::kWarning);
  EXPECT_THAT(finding.message,
              HasSubstr("opens in line 3 closes only in line 6"));
}

TEST(DelimitedReaderTest, LettersOfSeveralLinesAreNoSwallowedRows) {
  WholeTable table = ReadWholeText(
      "text,label\n\"Dear all,\nhello, there\nso, this is it\nbye, "
      "Ann\n\",ham\nx,spam\n",
      Csv());
  EXPECT_THAT(table.rows, SizeIs(2));
  EXPECT_THAT(table.findings, IsEmpty());
}

TEST(DelimitedReaderTest, LateClosingQuoteNamesBothLines) {
  WholeTable table =
      ReadWholeText("t,l\n\"open,a\nfine,b\n\"good\",c\nlast,d\n", Csv());
  ASSERT_TRUE(table.rows[0].problem.has_value());
  EXPECT_THAT(table.rows[0].problem->message,
              HasSubstr("opens in line 2 and closes in line 4"));
  EXPECT_THAT(table.Texts(1), ElementsAre("last", "d"));
}

TEST(DelimitedReaderTest, OtherCellsOfARowThatIsNotUtf8AreStillThere) {
  WholeTable table = ReadWholeText("t,l\ncaf\xe9,spam\n", Csv());
  ASSERT_TRUE(table.rows[0].problem.has_value());
  EXPECT_THAT(table.Texts(0), ElementsAre("<opaque>", "spam"));
}

TEST(DelimitedReaderTest, EncodingThatIsSetIsUsed) {
  TableFormat format = Csv();
  format.encoding = TextEncoding::kWindows1252;
  WholeTable table = ReadWholeText(
      "t,l\n\x93"
      "caf\xe9\x94 \x80,b\nx\x81,c\n",
      format);
  EXPECT_THAT(table.Texts(0), ElementsAre("\u201ccaf\u00e9\u201d \u20ac", "b"));
  ASSERT_TRUE(table.rows[1].problem.has_value());
  EXPECT_EQ(table.rows[1].problem->code, FindingCode::kInvalidUtf8);
  EXPECT_THAT(table.rows[1].problem->message,
              HasSubstr("cell 1 is not windows-1252"));
  EXPECT_THAT(table.findings, IsEmpty());
}

TEST(DelimitedReaderTest, WrongEncodingProposesTheRightOne) {
  struct {
    std::string content;
    const char* suggestion;
  } cases[] = {
      {"t,l\nthis caf\xe9 is fine,b\n", "to WINDOWS_1252"},
      {"t,l\n\x93quoted words\x94 here,b\n", "to WINDOWS_1252"},
      {"t,l\nit has \x81\x9d in it,b\n", "from the program that wrote it"},
      {"t,l\n\xcf\xf0\xe8\xe2\xe5\xf2 \xec\xe8\xf0,b\n",
       "from the program that wrote it"},
      {"t,l\ncaf\xc3\xa9,b\nr\xc3\xa9sum\xc3\xa9,b\none caf\xe9 more,b\n",
       "save those rows as UTF-8 too"}};
  for (const auto& one : cases) {
    WholeTable table = ReadWholeText(one.content, Csv());
    ASSERT_THAT(table.findings, SizeIs(1)) << one.content;
    EXPECT_EQ(table.findings[0].code, FindingCode::kOtherEncoding);
    EXPECT_EQ(table.findings[0].count, 1);
    EXPECT_THAT(table.findings[0].suggestion, HasSubstr(one.suggestion));
  }
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
