#include "worker/data/jsonl_reader.h"

#include <random>
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
using ::testing::SizeIs;

TEST(JsonlReaderTest, ValuesKeepTheirText) {
  WholeTable table = ReadWholeText(
      R"({"a":"x","b":7,"c":-2.50,"d":true,"e":null,"f":18446744073709551615})"
      "\n",
      Jsonl());
  EXPECT_THAT(table.columns, ElementsAre("a", "b", "c", "d", "e", "f"));
  EXPECT_THAT(table.Texts(0), ElementsAre("x", "7", "-2.50", "true", "",
                                          "18446744073709551615"));
}

TEST(JsonlReaderTest, NestedValuesAreOpaque) {
  WholeTable table =
      ReadWholeText(R"({"a":{"text":1,"b":[2]},"b":[[],{"c":3}],"c":"x"})"
                    "\n",
                    Jsonl());
  EXPECT_THAT(table.columns, ElementsAre("a", "b", "c"));
  EXPECT_THAT(table.Texts(0), ElementsAre("<opaque>", "<opaque>", "x"));
}

TEST(JsonlReaderTest, ColumnsAreTheKeysOfAllLines) {
  WholeTable table =
      ReadWholeText("{\"a\":1}\n\n{\"b\":2}\r\n{\"b\":3,\"a\":4}", Jsonl());
  EXPECT_THAT(table.columns, ElementsAre("a", "b"));
  ASSERT_THAT(table.rows, SizeIs(3));
  EXPECT_THAT(table.Texts(0), ElementsAre("1"));
  EXPECT_THAT(table.Texts(1), ElementsAre("", "2"));
  EXPECT_THAT(table.Texts(2), ElementsAre("4", "3"));
}

TEST(JsonlReaderTest, EscapesBecomeCharacters) {
  WholeTable table =
      ReadWholeText("{\"a\":\"\\u00e9\\n\\ud83d\\ude00\\u0000\"}\n", Jsonl());
  EXPECT_THAT(table.Texts(0),
              ElementsAre(std::string("\xc3\xa9\n\xf0\x9f\x98\x80\0", 8)));
}

TEST(JsonlReaderTest, BadLinesAreProblemsOfTheirRow) {
  WholeTable table = ReadWholeText(
      "{\"a\":1}\n{\"a\":\n[1]\n7\n{\"a\":\"\xff\"}\n{\"a\":\"\\ud800\"}\n"
      "{\"a\":1} x\n{'a':1}\n{\"a\":2}\n",
      Jsonl());
  ASSERT_THAT(table.rows, SizeIs(9));
  for (size_t i : {1, 2, 3, 5, 6, 7}) {
    ASSERT_TRUE(table.rows[i].problem.has_value()) << i;
    EXPECT_EQ(table.rows[i].problem->code, FindingCode::kMalformedRow) << i;
  }
  EXPECT_EQ(table.rows[4].problem->code, FindingCode::kInvalidUtf8);
  EXPECT_FALSE(table.rows[8].problem.has_value());
  EXPECT_EQ(table.rows[8].number, 9);
  EXPECT_THAT(table.rows[7].problem->message, HasSubstr("single quotes"));
}

TEST(JsonlReaderTest, LinesAreCountedWithThoseThatAreEmpty) {
  WholeTable table = ReadWholeText("\n{\"a\":1}\n\n \n{\"a\":\n", Jsonl());
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_EQ(table.rows[0].line, 2);
  EXPECT_EQ(table.rows[1].number, 2);
  EXPECT_EQ(table.rows[1].line, 5);
}

TEST(JsonlReaderTest, NotNumbersAreMissingOutsideTextsAndSaidOnce) {
  WholeTable table = ReadWholeText(
      R"({"a":NaN,"b":-Infinity,"c":[Infinity],"d":"NaN \" Infinity","e":NaN})"
      "\n",
      Jsonl());
  EXPECT_THAT(table.Texts(0),
              ElementsAre("", "", "<opaque>", "NaN \" Infinity", ""));
  ASSERT_THAT(table.findings, SizeIs(1));
  EXPECT_EQ(table.findings[0].code, FindingCode::kOddFile);
  EXPECT_EQ(table.findings[0].count, 4);
}

TEST(JsonlReaderTest, ReturnsAloneCanEndLines) {
  WholeTable table = ReadWholeText("{\"a\":1}\r{\"a\":2}\r", Jsonl());
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_EQ(table.rows[1].line, 2);
}

TEST(JsonlReaderTest, ArraysAndObjectsOfSeveralLinesAreCalledWhatTheyAre) {
  for (const char* content :
       {"[\n {\"a\":1},\n {\"a\":2}\n]\n", "[{\"a\":1},{\"a\":2}]",
        "[ {\"a\":1},\n{\"a\":2}]", "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n"}) {
    absl::Status status = ReadError(content, Jsonl());
    EXPECT_EQ(ReasonOf(status), "MALFORMED_FILE") << content;
    EXPECT_THAT(std::string(status.message()), HasSubstr("kind to JSON"));
  }
  // One damaged line is no reason to read the file in another way.
  EXPECT_TRUE(ReadError("{\"a\":\n{\"a\":1}\n", Jsonl()).ok());
}

TEST(JsonlReaderTest, DeepNestingCostsNothing) {
  std::string deep = "{\"a\":" + std::string(1000000, '[') +
                     std::string(1000000, ']') + ",\"b\":1}\n";
  WholeTable table = ReadWholeText(deep, Jsonl());
  ASSERT_THAT(table.rows, SizeIs(1));
  EXPECT_THAT(table.Texts(0), ElementsAre("<opaque>", "1"));
}

TEST(JsonlReaderTest, LinesAboveTheLimitAreMalformed) {
  WholeTable table = ReadWholeText(
      "{\"a\":\"" + std::string(kMaxRowBytes, 'x') + "\"}\n{\"a\":1}\n",
      Jsonl());
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_TRUE(table.rows[0].problem.has_value());
  EXPECT_THAT(table.Texts(1), ElementsAre("1"));
}

TEST(JsonlReaderTest, TooManyDifferentKeysAreAnError) {
  std::string content;
  for (int i = 0; i < 5000; ++i)
    absl::StrAppend(&content, "{\"k", i, "\":1}\n");
  absl::Status status = ReadError(content, Jsonl());
  EXPECT_EQ(ReasonOf(status), "MALFORMED_FILE");
  EXPECT_THAT(std::string(status.message()), HasSubstr("4096"));
}

TEST(JsonlReaderTest, EmptyFilesHaveNoRows) {
  EXPECT_THAT(ReadWholeText("", Jsonl()).rows, IsEmpty());
  EXPECT_THAT(ReadWholeText("\n \n", Jsonl()).rows, IsEmpty());
}

TEST(JsonlReaderTest, AnyBytesEndInRowsOrAnError) {
  std::mt19937 random(6);
  const std::string alphabet("{}[]\"\\:,a1-.eun \n\xff\0", 19);
  for (int round = 0; round < 300; ++round) {
    std::string content;
    size_t size = random() % 200;
    for (size_t i = 0; i < size; ++i) {
      content += alphabet[random() % alphabet.size()];
    }
    absl::Status status = ReadError(content, Jsonl());
    if (!status.ok()) {
      EXPECT_EQ(ReasonOf(status), "MALFORMED_FILE");
    }
  }
}

}  // namespace
}  // namespace tunesmith::worker
