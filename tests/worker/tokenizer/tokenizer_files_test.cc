// Directories whose files say different things of their tokenizer; what
// transformers makes of them is checked in tests/golden/tokenizer_golden_test.

#include "worker/tokenizer/tokenizer_files.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "proto/contract/base/reason.h"
#include "tests/worker/scratch_directory.h"
#include "worker/tokenizer/tokenizer.h"

namespace tunesmith::worker {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Ids = std::vector<int32_t>;

const std::vector<std::string> kWords = {
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a",   "A",
    "b",     "##b",   "cafe",  "café",  "中",     "中文"};

json Special(const char* content, int id) {
  return {{"id", id},        {"content", content}, {"single_word", false},
          {"lstrip", false}, {"rstrip", false},    {"normalized", false},
          {"special", true}};
}

// A directory that transformers' BertTokenizer has saved.
struct Files {
  Files() {
    json vocabulary = json::object();
    for (const std::string& word : kWords) {
      vocabulary[word] = vocabulary.size();
    }
    tokenizer = {
        {"version", "1.0"},
        {"truncation", nullptr},
        {"padding", nullptr},
        {"added_tokens",
         {Special("[PAD]", 0), Special("[UNK]", 1), Special("[CLS]", 2),
          Special("[SEP]", 3), Special("[MASK]", 4)}},
        {"normalizer",
         {{"type", "BertNormalizer"},
          {"clean_text", true},
          {"handle_chinese_chars", true},
          {"strip_accents", nullptr},
          {"lowercase", true}}},
        {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
        {"post_processor",
         {{"type", "BertProcessing"},
          {"sep", {"[SEP]", 3}},
          {"cls", {"[CLS]", 2}}}},
        {"decoder",
         {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}}},
        {"model",
         {{"type", "WordPiece"},
          {"unk_token", "[UNK]"},
          {"continuing_subword_prefix", "##"},
          {"max_input_chars_per_word", 100},
          {"vocab", vocabulary}}}};
  }

  void WriteTo(const ScratchDirectory& directory) const {
    directory.Write("config.json", R"({"model_type": "bert"})");
    if (!tokenizer.is_null()) {
      directory.Write("tokenizer.json", tokenizer.dump());
    }
    if (!config.is_null()) {
      directory.Write("tokenizer_config.json", config.dump());
    }
  }

  json tokenizer;
  json config = {{"tokenizer_class", "BertTokenizer"}};
};

class TokenizerFilesTest : public ::testing::Test {
 protected:
  Ids Encode(const std::string& text, const std::string& directory) {
    auto tokenizer = Tokenizer::LoadFromModelDirectory(directory);
    EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
    if (!tokenizer.ok()) return {};
    auto encoded = (*tokenizer)->EncodeBatch({text}, 16, 1);
    EXPECT_TRUE(encoded.ok()) << encoded.status();
    return encoded.ok() ? encoded->token_ids[0] : Ids();
  }
  // The tokens of the directory, which are those of a result of it, whose files
  // agree.
  Ids Encode(const std::string& text) {
    files_.WriteTo(directory_);
    ScratchDirectory result;
    result.Write("config.json", R"({"model_type": "bert"})");
    absl::Status status =
        WriteTokenizerFiles(directory_.path(), std::nullopt, result.path());
    EXPECT_TRUE(status.ok()) << status;
    Ids ids = Encode(text, directory_.path());
    EXPECT_EQ(Encode(text, result.path()), ids);
    auto again = ReadTokenizerFiles(result.path());
    EXPECT_TRUE(again.ok() && !again->anew && again->remarks.empty())
        << again.status();
    return ids;
  }
  std::string Remark() {
    auto read = ReadTokenizerFiles(directory_.path());
    EXPECT_TRUE(read.ok()) << read.status();
    return read.ok() && read->remarks.size() == 1 ? read->remarks[0].message
                                                  : "";
  }
  std::string Refusal() {
    files_.WriteTo(directory_);
    absl::Status status = ReadTokenizerFiles(directory_.path()).status();
    EXPECT_EQ(ReasonOf(status), "BAD_TOKENIZER") << status;
    return std::string(status.message());
  }

  Files files_;
  ScratchDirectory directory_;
};

TEST_F(TokenizerFilesTest, FilesThatAgreeAreHandedOnAsTheyAre) {
  EXPECT_EQ(Encode("A b café"), Ids({2, 5, 7, 9, 3}));
  auto read = ReadTokenizerFiles(directory_.path());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_FALSE(read->anew);
  EXPECT_THAT(read->remarks, IsEmpty());
  ScratchDirectory result;
  ASSERT_TRUE(WriteTokenizerFiles(directory_.path(), 64, result.path()).ok());
  EXPECT_EQ(ReadBytes(result.File("tokenizer.json")),
            ReadBytes(directory_.File("tokenizer.json")));
  auto config = json::parse(ReadBytes(result.File("tokenizer_config.json")));
  EXPECT_EQ(config["model_max_length"], 64);
  EXPECT_EQ(config["do_lower_case"], true);
}

TEST_F(TokenizerFilesTest, WithoutAConfigBertTokenizerFoldsLetters) {
  files_.config = nullptr;
  files_.tokenizer["normalizer"]["lowercase"] = false;
  EXPECT_EQ(Encode("A café"), Ids({2, 5, 9, 3}));
  EXPECT_THAT(Remark(), HasSubstr("disagree about normalizer"));
}

TEST_F(TokenizerFilesTest, TheConfigDecidesAboutLetters) {
  files_.config["do_lower_case"] = false;
  EXPECT_EQ(Encode("A a café"), Ids({2, 6, 5, 10, 3}));
  files_.tokenizer["normalizer"]["lowercase"] = false;
  EXPECT_EQ(Encode("A a café"), Ids({2, 6, 5, 10, 3}));
  EXPECT_EQ(Remark(), "");
  files_.config["do_lower_case"] = true;
  EXPECT_EQ(Encode("A a café"), Ids({2, 5, 5, 9, 3}));
}

TEST_F(TokenizerFilesTest, TheConfigDecidesAboutAccentsAndChinese) {
  files_.config["strip_accents"] = false;
  EXPECT_EQ(Encode("CAFÉ"), Ids({2, 10, 3}));
  files_.config["tokenize_chinese_chars"] = false;
  EXPECT_EQ(Encode("中文"), Ids({2, 12, 3}));
  files_.config.erase("tokenize_chinese_chars");
  files_.tokenizer["normalizer"]["handle_chinese_chars"] = false;
  EXPECT_EQ(Encode("中文"), Ids({2, 11, 1, 3}));
}

TEST_F(TokenizerFilesTest, BertTokenizerHasItsOwnOtherParts) {
  files_.tokenizer["pre_tokenizer"] = {{"type", "WhitespaceSplit"}};
  EXPECT_EQ(Encode("a,b"), Ids({2, 5, 1, 7, 3}));
  EXPECT_THAT(Remark(), HasSubstr("pre_tokenizer"));
  files_.tokenizer["post_processor"] = nullptr;
  EXPECT_EQ(Encode("a,b"), Ids({2, 5, 1, 7, 3}));
  EXPECT_THAT(Remark(), HasSubstr("post_processor"));
  files_.tokenizer["model"]["max_input_chars_per_word"] = 1;
  EXPECT_EQ(Encode("ab"), Ids({2, 5, 8, 3}));
  EXPECT_THAT(Remark(), HasSubstr("model"));
}

TEST_F(TokenizerFilesTest, AGenericClassIsWhatTokenizerJsonSays) {
  files_.config = {{"tokenizer_class", "PreTrainedTokenizerFast"},
                   {"do_lower_case", true}};
  files_.tokenizer["normalizer"]["lowercase"] = false;
  files_.tokenizer["post_processor"] = nullptr;
  EXPECT_EQ(Encode("A a"), Ids({6, 5}));
  EXPECT_EQ(Remark(), "");
}

TEST_F(TokenizerFilesTest, OtherClassesAreReplacedAndThatIsSaid) {
  files_.config["tokenizer_class"] = "BertJapaneseTokenizer";
  files_.tokenizer["normalizer"]["lowercase"] = false;
  EXPECT_EQ(Encode("A"), Ids({2, 6, 3}));
  EXPECT_THAT(Remark(), HasSubstr("BertJapaneseTokenizer"));
}

TEST_F(TokenizerFilesTest, AVocabularyAloneIsEnoughForBert) {
  files_.tokenizer = nullptr;
  std::string lines;
  for (const std::string& word : kWords) lines += word + " \r\n";
  directory_.Write("vocab.txt", lines);
  EXPECT_EQ(Encode("A ab [MASK]"), Ids({2, 5, 5, 8, 4, 3}));
  EXPECT_THAT(Remark(), HasSubstr("tokenizer.json is missing"));
  directory_.Write("vocab.txt", "[PAD]\n\xff\n");
  EXPECT_THAT(Refusal(), HasSubstr("UTF-8"));
}

TEST_F(TokenizerFilesTest, AnotherVocabularyInVocabTxtIsSaid) {
  directory_.Write("vocab.txt", "[PAD]\n[UNK]\n");
  EXPECT_EQ(Encode("a"), Ids({2, 5, 3}));
  EXPECT_THAT(Remark(), HasSubstr("vocab.txt"));
}

TEST_F(TokenizerFilesTest, TokensThatTheConfigAddsAreTokens) {
  files_.config["added_tokens_decoder"] = {{"0", Special("[PAD]", 0)},
                                           {"20", Special("<q>", 20)}};
  // Of the config's added tokens alone, and named ones.
  EXPECT_EQ(Encode("a<q>b [MASK]"), Ids({2, 5, 13, 7, 4, 3}));
  EXPECT_THAT(Remark(), HasSubstr("added_tokens"));
}

TEST_F(TokenizerFilesTest, TheConfigsSideIsCutAt) {
  files_.config["truncation_side"] = "left";
  files_.WriteTo(directory_);
  auto tokenizer = Tokenizer::LoadFromModelDirectory(directory_.path());
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  auto encoded = (*tokenizer)->EncodeBatch({"a b a b"}, 4, 1);
  ASSERT_TRUE(encoded.ok()) << encoded.status();
  EXPECT_THAT(encoded->token_ids[0], ElementsAre(2, 5, 7, 3));
}

TEST_F(TokenizerFilesTest, WhatCannotBeDoneIsRefusedByKey) {
  const std::vector<std::pair<json, const char*>> cases = {
      {{{"do_lower_case", "yes"}}, "do_lower_case"},
      {{{"strip_accents", 1}}, "strip_accents"},
      {{{"split_special_tokens", true}}, "split_special_tokens"},
      {{{"cls_token", nullptr}}, "cls_token"},
      {{{"cls_token", 5}}, "cls_token"},
      {{{"truncation_side", "middle"}}, "truncation_side"},
      {{{"added_tokens_decoder", 1}}, "added_tokens_decoder"},
      {{{"added_tokens_decoder", {{"x", Special("x", 1)}}}},
       "added_tokens_decoder.x"}};
  for (const auto& [config, key] : cases) {
    files_.config = config;
    EXPECT_THAT(Refusal(), HasSubstr(key));
  }
}

TEST_F(TokenizerFilesTest, APointerOfGitLfsIsCalledThat) {
  files_.WriteTo(directory_);
  directory_.Write("tokenizer.json",
                   "version https://git-lfs.github.com/spec/v1\nsize 5\n");
  absl::Status status = ReadTokenizerFiles(directory_.path()).status();
  EXPECT_EQ(ReasonOf(status), "BAD_TOKENIZER");
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("tokenizer.json"), HasSubstr("git lfs pull")));
}

TEST_F(TokenizerFilesTest, HostileDocumentsAreNoTrouble) {
  for (const char* text :
       {"{}", R"({"model": 5})", R"({"model": {"vocab": [[1], 2, ["a"]]}})",
        R"({"model": {"type": "WordPiece", "vocab": {"[PAD]":
            9223372036854775807, "[CLS]": "x"}}, "added_tokens": [1, {}]})",
        R"({"post_processor": {"type": "BertProcessing", "cls": 1}})",
        R"({"added_tokens": 7, "normalizer": []})"}) {
    files_.WriteTo(directory_);
    directory_.Write("tokenizer.json", text);
    EXPECT_EQ(
        ReasonOf(Tokenizer::LoadFromModelDirectory(directory_.path()).status()),
        "BAD_TOKENIZER")
        << text;
  }
}

}  // namespace
}  // namespace tunesmith::worker
