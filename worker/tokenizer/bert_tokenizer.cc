#include "worker/tokenizer/bert_tokenizer.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::worker {
namespace {

using nlohmann::json;

// What the library's WordPiece has unless it is told otherwise.
constexpr char kPrefix[] = "##";
constexpr int kMaxCharacters = 100;

struct DefaultToken {
  const char* key;
  const char* content;
};
constexpr std::array<DefaultToken, 5> kDefaults = {{{"unk_token", "[UNK]"},
                                                    {"sep_token", "[SEP]"},
                                                    {"pad_token", "[PAD]"},
                                                    {"cls_token", "[CLS]"},
                                                    {"mask_token", "[MASK]"}}};

// Adds the named tokens that are not there; unknown, first and last token
// cannot be done without.
absl::Status FillNamed(TokenSettings& tokens) {
  for (const DefaultToken& token : kDefaults) {
    const bool is_null = std::count(tokens.nulls.begin(), tokens.nulls.end(),
                                    std::string(token.key)) > 0;
    const bool can_miss = std::string_view(token.key) == "pad_token" ||
                          std::string_view(token.key) == "mask_token";
    if (is_null && !can_miss) {
      return absl::InvalidArgumentError(
          absl::StrCat("tokenizer_config.json: ", token.key, " is null"));
    }
    if (is_null || tokens.Find(token.key) != nullptr) continue;
    tokens.named.emplace_back(token.key, SpecialToken(token.content));
  }
  return absl::OkStatus();
}

absl::StatusOr<json> ReadFlag(const json& config, const char* key,
                              const json& unset, bool can_be_null) {
  auto value = config.find(key);
  if (value == config.end()) return unset;
  if (value->is_boolean() || (can_be_null && value->is_null())) return *value;
  return absl::InvalidArgumentError(
      absl::StrCat("tokenizer_config.json: ", key, " must be true or false"));
}

absl::StatusOr<json> MakeNormalizer(const json& config) {
  TUNESMITH_ASSIGN_OR_RETURN(json lowercase,
                             ReadFlag(config, "do_lower_case", true, false));
  TUNESMITH_ASSIGN_OR_RETURN(
      json chinese, ReadFlag(config, "tokenize_chinese_chars", true, false));
  TUNESMITH_ASSIGN_OR_RETURN(json accents,
                             ReadFlag(config, "strip_accents", nullptr, true));
  return json{{"type", "BertNormalizer"},
              {"clean_text", true},
              {"handle_chinese_chars", chinese},
              {"strip_accents", accents},
              {"lowercase", lowercase}};
}

json MakePostProcessor(const std::string& first, const std::string& last,
                       const AddedTokens& tokens) {
  auto special = [](const std::string& content, int type) {
    return json{{"SpecialToken", {{"id", content}, {"type_id", type}}}};
  };
  auto sequence = [](const char* id, int type) {
    return json{{"Sequence", {{"id", id}, {"type_id", type}}}};
  };
  json specials = json::object();
  for (const std::string& content : {first, last}) {
    specials[content] = {{"id", content},
                         {"ids", json::array({tokens.IdOf(content)})},
                         {"tokens", json::array({content})}};
  }
  return {{"type", "TemplateProcessing"},
          {"single", json::array({special(first, 0), sequence("A", 0),
                                  special(last, 0)})},
          {"pair",
           json::array({special(first, 0), sequence("A", 0), special(last, 0),
                        sequence("B", 1), special(last, 1)})},
          {"special_tokens", std::move(specials)}};
}

// A member of an object; null where there is none.
const json& Member(const json& object, const char* key) {
  static const json kNull;
  if (!object.is_object()) return kNull;
  auto value = object.find(key);
  return value == object.end() ? kNull : *value;
}

// A normaliser with nothing left to defaults.
json Normalizer(const json& tokenizer) {
  json normalizer = Member(tokenizer, "normalizer");
  if (Member(normalizer, "type") != "BertNormalizer") return normalizer;
  if (Member(normalizer, "strip_accents").is_null()) {
    normalizer["strip_accents"] = Member(normalizer, "lowercase");
  }
  return normalizer;
}

// What is put around one text: ids, and "A" for the text's own.
json Surroundings(const json& tokenizer) {
  const json& processor = Member(tokenizer, "post_processor");
  const json& type = Member(processor, "type");
  if (processor.is_null()) return json::array({"A"});
  if (type == "BertProcessing" || type == "RobertaProcessing") {
    const json& first = Member(processor, "cls");
    const json& last = Member(processor, "sep");
    if (!first.is_array() || first.size() != 2 || !last.is_array() ||
        last.size() != 2) {
      return processor;
    }
    return json::array({first[1], "A", last[1]});
  }
  const json& single = Member(processor, "single");
  if (type != "TemplateProcessing" || !single.is_array()) return processor;
  json result = json::array();
  for (const json& piece : single) {
    const json& id = Member(Member(piece, "SpecialToken"), "id");
    if (!id.is_string()) {
      result.push_back("A");
      continue;
    }
    const json& special = Member(Member(processor, "special_tokens"),
                                 id.get_ref<const std::string&>().c_str());
    for (const json& one : Member(special, "ids")) result.push_back(one);
  }
  return result;
}

json ModelSettings(const json& tokenizer) {
  const json& model = Member(tokenizer, "model");
  json settings = json::object();
  for (const char* key :
       {"unk_token", "continuing_subword_prefix", "max_input_chars_per_word"}) {
    settings[key] = Member(model, key);
  }
  return settings;
}

json Vocabulary(const json& tokenizer) {
  return Member(Member(tokenizer, "model"), "vocab");
}

// By content.
json TokensAdded(const json& tokenizer) {
  json tokens = json::object();
  const json& list = Member(tokenizer, "added_tokens");
  if (!list.is_array()) return list;
  for (const json& token : list) {
    const json& content = Member(token, "content");
    if (content.is_string()) tokens[content.get<std::string>()] = token;
  }
  return tokens;
}

json PreTokenizer(const json& tokenizer) {
  return Member(tokenizer, "pre_tokenizer");
}

}  // namespace

absl::StatusOr<json> MakeBertTokenizer(const json& vocabulary,
                                       const json& config,
                                       TokenSettings tokens) {
  TUNESMITH_RETURN_IF_ERROR(FillNamed(tokens));
  TUNESMITH_ASSIGN_OR_RETURN(json normalizer, MakeNormalizer(config));
  AddedTokens added(vocabulary);
  tokens.AddTo(added);
  const std::string& first = tokens.Find("cls_token")->content;
  const std::string& last = tokens.Find("sep_token")->content;
  for (const std::string& content : {first, last}) {
    if (added.Has(content)) continue;
    return absl::InvalidArgumentError(
        "tokenizer_config.json: cls_token and sep_token must not be empty");
  }
  return json{{"version", "1.0"},
              {"truncation", nullptr},
              {"padding", nullptr},
              {"added_tokens", added.ToJson()},
              {"normalizer", std::move(normalizer)},
              {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
              {"post_processor", MakePostProcessor(first, last, added)},
              {"decoder",
               {{"type", "WordPiece"}, {"prefix", kPrefix}, {"cleanup", true}}},
              {"model",
               {{"type", "WordPiece"},
                {"unk_token", tokens.Find("unk_token")->content},
                {"continuing_subword_prefix", kPrefix},
                {"max_input_chars_per_word", kMaxCharacters},
                {"vocab", vocabulary}}}};
}

void SetBertSettings(const json& tokenizer, json& config) {
  const json& normalizer = tokenizer.at("normalizer");
  config["tokenizer_class"] = "BertTokenizer";
  config["do_lower_case"] = normalizer.at("lowercase");
  config["tokenize_chinese_chars"] = normalizer.at("handle_chinese_chars");
  config["strip_accents"] = normalizer.at("strip_accents");
}

std::vector<std::string> DifferingParts(const json& a, const json& b) {
  static const std::map<std::string, json (*)(const json&)> kParts = {
      {"normalizer", &Normalizer},       {"pre_tokenizer", &PreTokenizer},
      {"post_processor", &Surroundings}, {"model", &ModelSettings},
      {"vocabulary", &Vocabulary},       {"added_tokens", &TokensAdded}};
  std::vector<std::string> parts;
  for (const auto& [name, part] : kParts) {
    if (part(a) != part(b)) parts.push_back(name);
  }
  return parts;
}

}  // namespace tunesmith::worker
