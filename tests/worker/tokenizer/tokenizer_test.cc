#include "worker/tokenizer/tokenizer.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "proto/contract/base/reason.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Words of one letter; truncates to 4 and pads to 6 by its own account.
constexpr char kTinyTokenizer[] = R"({
  "version": "1.0",
  "truncation": {"direction": "Right", "max_length": 4,
                 "strategy": "LongestFirst", "stride": 0},
  "padding": {"strategy": {"Fixed": 6}, "direction": "Right",
              "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0,
              "pad_token": "[PAD]"},
  "added_tokens": [],
  "normalizer": null,
  "pre_tokenizer": {"type": "Whitespace"},
  "post_processor": {"type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "[C]", "type_id": 0}},
               {"Sequence": {"id": "A", "type_id": 0}},
               {"SpecialToken": {"id": "[S]", "type_id": 0}}],
    "pair": [{"Sequence": {"id": "A", "type_id": 0}},
             {"Sequence": {"id": "B", "type_id": 0}}],
    "special_tokens": {
      "[C]": {"id": "[C]", "ids": [1], "tokens": ["[C]"]},
      "[S]": {"id": "[S]", "ids": [2], "tokens": ["[S]"]}}},
  "decoder": null,
  "model": {"type": "WordLevel", "unk_token": "[U]",
            "vocab": {"[PAD]": 0, "[C]": 1, "[S]": 2, "[U]": 3,
                      "a": 4, "b": 5, "c": 6}}
})";

class TokenizerTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(directory_); }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void Write(const std::string& name, const std::string& content) {
    std::ofstream(directory_ + "/" + name, std::ios::binary) << content;
  }

  std::string LoadError(const std::string& content) {
    Write("tokenizer.json", content);
    auto tokenizer = Tokenizer::LoadFromModelDirectory(directory_);
    EXPECT_EQ(ReasonOf(tokenizer.status()), "BAD_TOKENIZER");
    return std::string(tokenizer.status().message());
  }

  const std::string directory_ =
      ::testing::TempDir() + "/tokenizer_" +
      ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(TokenizerTest, TruncationAndPaddingOfTheFileDoNotCount) {
  Write("tokenizer.json", kTinyTokenizer);
  auto tokenizer = Tokenizer::LoadFromModelDirectory(directory_);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();

  auto encoded = (*tokenizer)->EncodeBatch({"a b c a b c", "a"}, 10, 1);

  ASSERT_TRUE(encoded.ok()) << encoded.status();
  EXPECT_THAT(
      encoded->token_ids,
      ElementsAre(ElementsAre(1, 4, 5, 6, 4, 5, 6, 2), ElementsAre(1, 4, 2)));
  EXPECT_THAT(encoded->truncated, IsEmpty());
}

TEST_F(TokenizerTest, TruncatedTextsKeepTheirSpecialTokens) {
  Write("tokenizer.json", kTinyTokenizer);
  auto tokenizer = Tokenizer::LoadFromModelDirectory(directory_);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();

  auto encoded = (*tokenizer)->EncodeBatch({"a b", "a b c"}, 4, 1);

  ASSERT_TRUE(encoded.ok()) << encoded.status();
  EXPECT_THAT(encoded->token_ids,
              ElementsAre(ElementsAre(1, 4, 5, 2), ElementsAre(1, 4, 5, 2)));
  EXPECT_THAT(encoded->truncated, ElementsAre(1));
}

TEST_F(TokenizerTest, IdsLieBelowTheBound) {
  Write("tokenizer.json", kTinyTokenizer);
  auto tokenizer = Tokenizer::LoadFromModelDirectory(directory_);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->IdBound(), 7);
}

TEST_F(TokenizerTest, NumberOfThreadsDoesNotChangeTheResult) {
  Write("tokenizer.json", kTinyTokenizer);
  auto tokenizer = Tokenizer::LoadFromModelDirectory(directory_);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  std::vector<std::string> texts;
  for (int i = 0; i < 1000; ++i) {
    texts.push_back(i % 3 == 0 ? "a b c a" : i % 3 == 1 ? "b" : "c c x");
  }

  auto one = (*tokenizer)->EncodeBatch(texts, 5, 1);
  auto four = (*tokenizer)->EncodeBatch(texts, 5, 4);

  ASSERT_TRUE(one.ok() && four.ok());
  EXPECT_EQ(one->token_ids, four->token_ids);
  EXPECT_EQ(one->truncated, four->truncated);
  EXPECT_EQ(one->truncated.size(), 334u);
}

TEST_F(TokenizerTest, NoRoomForSpecialTokensIsAnError) {
  Write("tokenizer.json", kTinyTokenizer);
  auto tokenizer = Tokenizer::LoadFromModelDirectory(directory_);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  auto encoded = (*tokenizer)->EncodeBatch({"a"}, 1, 1);
  EXPECT_EQ(ReasonOf(encoded.status()), "BAD_TOKENIZER");
}

TEST_F(TokenizerTest, TextThatIsNotUtf8IsAnError) {
  Write("tokenizer.json", kTinyTokenizer);
  auto tokenizer = Tokenizer::LoadFromModelDirectory(directory_);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  auto encoded = (*tokenizer)->EncodeBatch({"a", "\xff"}, 8, 1);
  EXPECT_EQ(ReasonOf(encoded.status()), "BAD_TOKENIZER");
}

TEST_F(TokenizerTest, AVocabularyOfAnUnknownClassIsRefusedWithTheWayOut) {
  Write("vocab.txt", "[PAD]\n[UNK]\n");
  auto tokenizer = Tokenizer::LoadFromModelDirectory(directory_);
  EXPECT_EQ(ReasonOf(tokenizer.status()), "BAD_TOKENIZER");
  EXPECT_THAT(std::string(tokenizer.status().message()),
              HasSubstr("save_pretrained"));
}

TEST_F(TokenizerTest, MissingFileIsRefused) {
  auto tokenizer = Tokenizer::LoadFromModelDirectory(directory_);
  EXPECT_EQ(ReasonOf(tokenizer.status()), "BAD_TOKENIZER");
  EXPECT_THAT(std::string(tokenizer.status().message()), HasSubstr("missing"));
}

TEST_F(TokenizerTest, HostileFilesAreRefused) {
  LoadError("");
  LoadError("{}");
  LoadError("[1, 2");
  LoadError("\xff\xfe\x00");
  LoadError(std::string(100000, '['));
  LoadError(R"({"version": "1.0", "model": {"type": "Nonsense"}})");
  std::string tiny = kTinyTokenizer;
  LoadError(tiny.substr(0, tiny.size() / 2));
}

// The library panics over it; that must not leave it.
TEST_F(TokenizerTest, SpecialTokenThatDoesNotExistIsAnError) {
  std::string broken = kTinyTokenizer;
  const std::string known = R"("id": "[C]")";
  broken.replace(broken.find(known), known.size(), R"("id": "[X]")");
  Write("tokenizer.json", broken);
  auto tokenizer = Tokenizer::LoadFromModelDirectory(directory_);
  absl::Status status = tokenizer.status();
  if (tokenizer.ok()) {
    status = (*tokenizer)->EncodeBatch({"a"}, 8, 1).status();
  }
  EXPECT_EQ(ReasonOf(status), "BAD_TOKENIZER") << status;
}

// Ids of Hugging Face's tokenizer for hard texts, made by
// make_nasty_corpus.py.
TEST_F(TokenizerTest, AgreesWithTheReferenceOnANastyCorpus) {
  std::string path =
      std::string(TUNESMITH_DEFAULT_MODEL_DIR) + "/tokenizer.json";
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "the default model is not there: " << path;
  }
  auto tokenizer =
      Tokenizer::LoadFromModelDirectory(TUNESMITH_DEFAULT_MODEL_DIR);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  std::ifstream file(std::string(TUNESMITH_SOURCE_DIR) +
                     "/tests/worker/tokenizer/nasty_corpus.json");
  nlohmann::json cases = nlohmann::json::parse(file);
  ASSERT_GT(cases.size(), 50u);
  for (const nlohmann::json& one : cases) {
    std::string text = one["text"];
    for (const auto& [key, ids] : one["ids"].items()) {
      int max_length = std::stoi(key);
      auto encoded = (*tokenizer)->EncodeBatch({text}, max_length, 1);
      ASSERT_TRUE(encoded.ok()) << encoded.status();
      EXPECT_EQ(encoded->token_ids[0], ids.get<std::vector<int32_t>>())
          << one["text"] << " max_length " << key;
      EXPECT_EQ(!encoded->truncated.empty(), one["full_length"] > max_length)
          << one["text"] << " max_length " << key;
    }
  }
}

}  // namespace
}  // namespace tunesmith::worker
