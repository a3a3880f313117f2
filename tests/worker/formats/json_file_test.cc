#include "worker/formats/json_file.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/scratch_directory.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;

TEST(JsonFileTest, LimitsDepthAndSize) {
  EXPECT_TRUE(ParseJson("[[1]]", {.max_depth = 2}).ok());
  EXPECT_FALSE(ParseJson("[[[1]]]", {.max_depth = 2}).ok());
  EXPECT_TRUE(ParseJson(R"(["[[[[\"[["])", {.max_depth = 1}).ok());
  EXPECT_FALSE(ParseJson("[1,2]", {.max_bytes = 4}).ok());
  EXPECT_FALSE(ParseJson(std::string(1'000'000, '[')).ok());
}

TEST(JsonFileTest, RefusesWhatIsNotJson) {
  for (const char* text : {"", "{", "{\"a\":1,}", "\"\xff\"", "NaN", "1 2"}) {
    EXPECT_FALSE(ParseJson(text).ok()) << text;
  }
}

TEST(JsonFileTest, ErrorsNameTheFile) {
  ScratchDirectory directory;
  auto status = ReadJsonFile(directory.Write("config.json", "{")).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("config.json: "));
  EXPECT_TRUE(
      absl::IsNotFound(ReadJsonFile(directory.File("none.json")).status()));
}

TEST(JsonFileTest, WritesSortedKeysAndReadsThemBack) {
  ScratchDirectory directory;
  nlohmann::json document = {{"b", 1}, {"a", "\xc3\xa4"}};
  ASSERT_TRUE(WriteJsonFile(directory.File("x.json"), document).ok());
  EXPECT_EQ(ReadBytes(directory.File("x.json")),
            "{\n  \"a\": \"\xc3\xa4\",\n  \"b\": 1\n}\n");
  EXPECT_EQ(*ReadJsonFile(directory.File("x.json")), document);
}

TEST(JsonFileTest, DoesNotWriteWhatIsNotUtf8OrOverFiles) {
  ScratchDirectory directory;
  EXPECT_FALSE(WriteJsonFile(directory.File("x.json"), "\xff").ok());
  directory.Write("y.json", "keep");
  EXPECT_FALSE(WriteJsonFile(directory.File("y.json"), 1).ok());
  EXPECT_EQ(ReadBytes(directory.File("y.json")), "keep");
}

}  // namespace
}  // namespace tunesmith::worker
