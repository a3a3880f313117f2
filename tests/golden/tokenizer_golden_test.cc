// What results hand on of their tokenizer against transformers' AutoTokenizer,
// for base models whose files disagree.

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/golden/run_reference.h"
#include "tests/worker/scratch_directory.h"
#include "worker/tokenizer/tokenizer.h"
#include "worker/tokenizer/tokenizer_files.h"

namespace tunesmith::worker {
namespace {

using nlohmann::json;

constexpr int kMaxLength = 4096;

// The files of the default model, to be changed. A file that is null is left
// out.
struct Variant {
  json config = {{"model_type", "bert"}};
  json tokenizer;
  json tokenizer_config;
  json special;
  json added;
  std::string vocabulary;

  void WriteTo(const std::string& directory) const {
    std::filesystem::create_directory(directory);
    const std::map<std::string, json> files = {
        {"config.json", config},
        {"tokenizer.json", tokenizer},
        {"tokenizer_config.json", tokenizer_config},
        {"special_tokens_map.json", special},
        {"added_tokens.json", added}};
    for (const auto& [name, content] : files) {
      if (!content.is_null()) {
        std::ofstream(directory + "/" + name) << content.dump();
      }
    }
    if (!vocabulary.empty()) {
      std::ofstream(directory + "/vocab.txt") << vocabulary;
    }
  }
};

json Token(const std::string& content, bool special, bool normalized) {
  return {{"content", content},       {"single_word", false},
          {"lstrip", false},          {"rstrip", false},
          {"normalized", normalized}, {"special", special}};
}

using Change = std::function<void(Variant&)>;

std::map<std::string, Change> Changes() {
  auto lower = [](json tokenizer, json config) {
    return [=](Variant& v) {
      v.tokenizer["normalizer"]["lowercase"] = tokenizer;
      v.tokenizer_config["do_lower_case"] = config;
    };
  };
  return {
      {"as_it_is", [](Variant&) {}},
      {"no_config", [](Variant& v) { v.tokenizer_config = nullptr; }},
      {"cased_no_config",
       [](Variant& v) {
         v.tokenizer["normalizer"]["lowercase"] = false;
         v.tokenizer_config = nullptr;
       }},
      {"lower_mismatch_1", lower(true, false)},
      {"lower_mismatch_2", lower(false, true)},
      {"cased", lower(false, false)},
      {"no_post_processor",
       [](Variant& v) { v.tokenizer["post_processor"] = nullptr; }},
      {"white_space",
       [](Variant& v) {
         v.tokenizer["pre_tokenizer"] = {{"type", "WhitespaceSplit"}};
       }},
      {"nfkc",
       [](Variant& v) {
         v.tokenizer["normalizer"] = {
             {"type", "Sequence"},
             {"normalizers", {{{"type", "NFKC"}}, {{"type", "Lowercase"}}}}};
       }},
      {"no_chinese",
       [](Variant& v) {
         v.tokenizer["normalizer"]["handle_chinese_chars"] = false;
       }},
      {"config_no_chinese",
       [](Variant& v) {
         v.tokenizer_config["tokenize_chinese_chars"] = false;
       }},
      {"no_strip",
       [](Variant& v) { v.tokenizer["normalizer"]["strip_accents"] = false; }},
      {"config_no_strip",
       [](Variant& v) { v.tokenizer_config["strip_accents"] = false; }},
      {"short_words",
       [](Variant& v) {
         v.tokenizer["model"]["max_input_chars_per_word"] = 5;
       }},
      {"generic",
       [](Variant& v) {
         v.tokenizer["normalizer"]["lowercase"] = false;
         v.tokenizer_config["tokenizer_class"] = "PreTrainedTokenizerFast";
       }},
      {"generic_tokens",
       [](Variant& v) {
         v.tokenizer_config = {{"tokenizer_class", "PreTrainedTokenizerFast"},
                               {"cls_token", "[unused5]"},
                               {"added_tokens_decoder",
                                {{"7", Token("[unused6]", false, true)},
                                 {"31000", Token("<<order>>", false, true)}}}};
         v.special = nullptr;
       }},
      {"class_in_network_config",
       [](Variant& v) {
         v.config["tokenizer_class"] = "BertTokenizerFast";
         v.tokenizer["normalizer"]["lowercase"] = false;
         v.tokenizer_config.erase("tokenizer_class");
       }},
      {"distilbert",
       [](Variant& v) {
         v.tokenizer_config["tokenizer_class"] = "DistilBertTokenizerFast";
         v.tokenizer["normalizer"]["lowercase"] = false;
       }},
      {"vocabulary_only",
       [](Variant& v) { v.tokenizer = v.special = nullptr; }},
      {"vocabulary_without_config",
       [](Variant& v) {
         v.tokenizer = v.special = v.tokenizer_config = nullptr;
       }},
      {"added",
       [](Variant& v) {
         for (const char* content : {"<<order>>", "[URL]"}) {
           json token = Token(content, content[0] == '[', content[0] == '<');
           token["id"] = 30522 + (content[0] == '[');
           v.tokenizer["added_tokens"].push_back(token);
         }
       }},
      {"added_by_config",
       [](Variant& v) {
         v.tokenizer_config["added_tokens_decoder"] = {
             {"101", Token("[CLS]", true, false)},
             {"30522", Token("<<order>>", false, true)},
             {"30529", Token("[URL]", true, false)}};
       }},
      {"added_as_of_old",
       [](Variant& v) {
         v.tokenizer = nullptr;
         v.added = {{"<<order>>", 30522}, {"[URL]", 30523}};
         v.special = {{"additional_special_tokens", {"[URL]"}},
                      {"sep_token", "[unused9]"}};
       }},
      {"other_names",
       [](Variant& v) {
         v.tokenizer_config["cls_token"] = "[unused1]";
         v.tokenizer_config["unk_token"] = "[unused2]";
         v.special = nullptr;
       }},
  };
}

std::vector<std::string> NastyTexts() {
  json cases = json::parse(ReadBytes(std::string(TUNESMITH_GOLDEN_DIR) +
                                     "/../worker/tokenizer/nasty_corpus.json"));
  std::vector<std::string> texts = {
      "Wo ist die <<order>>, die [URL]?", "a<<ORDER>>b [url][URL] [unused6]x",
      "[CLS] ÅNGSTRÖM Straße İstanbul ǅ [unused1] [MASK]"};
  for (const json& one : cases) {
    const std::string text = one["text"];
    texts.push_back(text);
  }
  return texts;
}

TEST(TokenizerGoldenTest, ResultsAreReadByTransformersAsTheyWereTrained) {
  const std::string source = TUNESMITH_MINILM_DIR;
  if (!std::filesystem::exists(source + "/tokenizer.json")) {
    GTEST_SKIP() << "the default model is not at " << source;
  }
  auto read = [&source](const char* name) {
    return json::parse(ReadBytes(source + "/" + name));
  };
  Variant original;
  original.tokenizer = read("tokenizer.json");
  original.tokenizer_config = read("tokenizer_config.json");
  original.special = read("special_tokens_map.json");
  original.vocabulary = ReadBytes(source + "/vocab.txt");
  const std::vector<std::string> texts = NastyTexts();
  ASSERT_GT(texts.size(), 50u);

  ScratchDirectory scratch;
  json request = json::array();
  for (const auto& [name, change] : Changes()) {
    Variant variant = original;
    change(variant);
    const std::string base = scratch.File(name);
    const std::string result = scratch.File(name + "_result");
    variant.WriteTo(base);
    auto tokenizer = Tokenizer::LoadFromModelDirectory(base);
    ASSERT_TRUE(tokenizer.ok()) << name << ": " << tokenizer.status();
    std::filesystem::create_directory(result);
    std::filesystem::copy_file(base + "/config.json", result + "/config.json");
    absl::Status written = WriteTokenizerFiles(base, std::nullopt, result);
    ASSERT_TRUE(written.ok()) << name << ": " << written;
    auto encoded = (*tokenizer)->EncodeBatch(texts, kMaxLength, 1);
    ASSERT_TRUE(encoded.ok()) << encoded.status();
    request.push_back(
        {{"directory", result}, {"texts", texts}, {"ids", encoded->token_ids}});
    // What the base itself becomes: transformers' class is followed.
    request.push_back(
        {{"directory", base}, {"texts", texts}, {"ids", encoded->token_ids}});
  }
  const int status = RunReference(
      "check_tokenizers.py", scratch.Write("request.json", request.dump()));
  if (status == kNoReference) {
    GTEST_SKIP() << "no Python with transformers (TUNESMITH_REFERENCE_PYTHON)";
  }
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace tunesmith::worker
