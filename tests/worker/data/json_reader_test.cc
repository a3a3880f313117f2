#include "worker/data/json_reader.h"

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

TEST(JsonReaderTest, ObjectsAreRowsHoweverTheyAreWritten) {
  for (const char* content :
       {R"([{"t":"a","l":1},{"t":"b","l":2}])",
        "[\n {\n  \"t\": \"a\",\n  \"l\": 1\n },\n {\"t\": \"b\", \"l\": "
        "2},\n]",
        "{\n \"t\": \"a\",\n \"l\": 1\n}\n{\n \"t\": \"b\", \"l\": 2}\n",
        R"({"t":"a","l":1}{"t":"b","l":2})", R"({"t":"a","l":1},
        {"t":"b","l":2})",
        "[{\"t\":\"a\",\"l\":1}]\n[{\"t\":\"b\",\"l\":2}]",
        "\xef\xbb\xbf{\"t\":\"a\",\"l\":1}\n{\"t\":\"b\",\"l\":2}\n"}) {
    WholeTable table = ReadWholeText(content, Json());
    EXPECT_THAT(table.columns, ElementsAre("t", "l")) << content;
    ASSERT_THAT(table.rows, SizeIs(2)) << content;
    EXPECT_THAT(table.Texts(0), ElementsAre("a", "1"));
    EXPECT_THAT(table.Texts(1), ElementsAre("b", "2"));
    EXPECT_THAT(table.findings, IsEmpty());
  }
}

TEST(JsonReaderTest, BracketsAndQuotesInTextsAreText) {
  WholeTable table =
      ReadWholeText(R"([{"t":"}] \" {[","l":"\\"},{"t":"b"}])", Json());
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_THAT(table.Texts(0), ElementsAre("}] \" {[", "\\"));
}

TEST(JsonReaderTest, RowsKnowTheirLine) {
  WholeTable table = ReadWholeText("[\n{\"t\":\n1},\n\n{\"t\":2}\n]", Json());
  ASSERT_THAT(table.rows, SizeIs(2));
  EXPECT_EQ(table.rows[0].line, 2);
  EXPECT_EQ(table.rows[1].line, 5);
  EXPECT_EQ(table.rows[1].number, 2);
}

TEST(JsonReaderTest, WhatIsNoObjectIsAProblemOfItsRow) {
  WholeTable table = ReadWholeText(
      R"([{"t":1}, 7, "a, ]b", [1,{"t":2}], null, {"t":}, {"t":NaN}, {"t":3}])",
      Json());
  ASSERT_THAT(table.rows, SizeIs(8));
  for (size_t i = 1; i < 6; ++i) {
    ASSERT_TRUE(table.rows[i].problem.has_value()) << i;
    EXPECT_EQ(table.rows[i].problem->code, FindingCode::kMalformedRow);
  }
  EXPECT_THAT(table.Texts(6), ElementsAre(""));
  EXPECT_THAT(table.Texts(7), ElementsAre("3"));
}

TEST(JsonReaderTest, ObjectThatIsNeverClosedIsAnErrorWithItsLine) {
  absl::Status status =
      ReadError("[{\"t\":1},\n{\"t\":2,\n{\"t\":3}\n]", Json());
  EXPECT_EQ(ReasonOf(status), "MALFORMED_FILE");
  EXPECT_THAT(std::string(status.message()), HasSubstr("line 2 is never"));
}

TEST(JsonReaderTest, OneObjectOfListsIsToldOf) {
  WholeTable table =
      ReadWholeText(R"({"text":["a","b"],"label":["x","y"]})", Json());
  ASSERT_THAT(table.findings, SizeIs(1));
  EXPECT_EQ(table.findings[0].code, FindingCode::kOddFile);
  EXPECT_THAT(table.findings[0].suggestion, HasSubstr("records"));
}

TEST(JsonReaderTest, DeepNestingCostsNothingAndLongObjectsAreProblems) {
  WholeTable deep = ReadWholeText("[{\"a\":" + std::string(1000000, '[') +
                                      std::string(1000000, ']') + ",\"b\":1}]",
                                  Json());
  EXPECT_THAT(deep.Texts(0), ElementsAre("<opaque>", "1"));
  WholeTable wide = ReadWholeText(
      "[{\"a\":\"" + std::string(kMaxRowBytes, 'x') + "\"},{\"a\":1}]", Json());
  ASSERT_THAT(wide.rows, SizeIs(2));
  EXPECT_TRUE(wide.rows[0].problem.has_value());
  EXPECT_THAT(wide.Texts(1), ElementsAre("1"));
}

TEST(JsonReaderTest, EmptyFilesHaveNoRows) {
  for (const char* content : {"", " \n", "[]", "[ , ]", "[][]"}) {
    EXPECT_THAT(ReadWholeText(content, Json()).rows, IsEmpty()) << content;
  }
}

TEST(JsonReaderTest, AnyBytesEndInRowsOrAnError) {
  std::mt19937 random(8);
  const std::string alphabet("{}[]\"\\:,a1-.eun \n\xff\0", 19);
  for (int round = 0; round < 500; ++round) {
    std::string content;
    size_t size = random() % 200;
    for (size_t i = 0; i < size; ++i) {
      content += alphabet[random() % alphabet.size()];
    }
    absl::Status status = ReadError(content, Json());
    if (!status.ok()) {
      EXPECT_EQ(ReasonOf(status), "MALFORMED_FILE");
    }
  }
}

}  // namespace
}  // namespace tunesmith::worker
