#include "worker/tokenizer/tokenizer_files.h"

#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/file_writer.h"
#include "worker/formats/json_file.h"
#include "worker/formats/printable.h"
#include "worker/tokenizer/added_tokens.h"
#include "worker/tokenizer/bert_tokenizer.h"
#include "worker/tokenizer/token_settings.h"
#include "worker/tokenizer/vocabulary_file.h"

namespace tunesmith::worker {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr char kTokenizerFile[] = "tokenizer.json";
constexpr char kConfigFile[] = "tokenizer_config.json";
constexpr char kVocabularyFile[] = "vocab.txt";
constexpr char kSpecialFile[] = "special_tokens_map.json";
constexpr char kAddedFile[] = "added_tokens.json";

// Of large vocabularies in many languages there are 20 MB.
constexpr JsonLimits kTokenizerLimits = {.max_bytes = 64 << 20,
                                         .max_depth = 32};

// The class of a tokenizer that is what its tokenizer.json says.
constexpr char kGenericClass[] = "PreTrainedTokenizerFast";
// Others of that kind, without "Fast" at the end.
constexpr std::array<std::string_view, 3> kGenericClasses = {
    "PreTrainedTokenizer", "TokenizersBackend", "PythonBackend"};
// Those that make their tokenizer themselves, without "Fast" at the end.
constexpr std::array<std::string_view, 2> kBertClasses = {
    "BertTokenizer", "DistilBertTokenizer"};

constexpr char kFollowTokenizerJson[] =
    "to have tokenizer.json followed instead, write \"tokenizer_class\": "
    "\"PreTrainedTokenizerFast\" into tokenizer_config.json and import again";

absl::Status BadTokenizer(std::string_view message) {
  return ReasonedError(absl::StatusCode::kInvalidArgument, "BAD_TOKENIZER",
                       message);
}

// Null without such a file.
absl::StatusOr<json> ReadObject(const fs::path& folder, const char* file,
                                const JsonLimits& limits = {}) {
  absl::StatusOr<json> document =
      ReadJsonFile((folder / file).string(), limits);
  if (absl::IsNotFound(document.status())) return json();
  if (!document.ok()) {
    return BadTokenizer(std::string(document.status().message()));
  }
  if (!document->is_object()) {
    return BadTokenizer(absl::StrCat(file, ": not an object"));
  }
  return document;
}

std::string TextIn(const json& object, const char* key) {
  if (!object.is_object()) return "";
  auto value = object.find(key);
  return value != object.end() && value->is_string() ? value->get<std::string>()
                                                     : "";
}

// Ids by token; empty where the model of a tokenizer has none.
json VocabularyIn(const json& tokenizer) {
  json ids = json::object();
  auto model = tokenizer.find("model");
  if (model == tokenizer.end() || !model->is_object()) return ids;
  auto vocabulary = model->find("vocab");
  if (vocabulary == model->end()) return ids;
  if (vocabulary->is_object()) return *vocabulary;
  if (!vocabulary->is_array()) return ids;
  // Pairs of a token and its score, in the order of their ids.
  int64_t id = 0;
  for (const json& entry : *vocabulary) {
    if (entry.is_array() && !entry.empty() && entry[0].is_string()) {
      ids[entry[0].get<std::string>()] = id;
    }
    ++id;
  }
  return ids;
}

template <size_t n>
bool IsOneOf(const std::array<std::string_view, n>& names,
             std::string_view name) {
  if (name.ends_with("Fast")) name.remove_suffix(4);
  for (std::string_view known : names) {
    if (known == name) return true;
  }
  return false;
}

// What a directory holds, and what becomes of it.
class Reading {
 public:
  explicit Reading(const std::string& directory) : folder_(directory) {}

  absl::StatusOr<TokenizerFiles> Read();

 private:
  absl::Status ReadFiles();
  absl::Status FollowBertTokenizer();
  void FollowTokenizerJson();
  absl::Status SetDirection();
  void Compare();
  void CheckVocabularyFile();
  void SayAnew();
  void Remark(std::string message, std::string suggestion) {
    result_.remarks.push_back({std::move(message), std::move(suggestion)});
  }
  bool HasTokenizer() const { return tokenizer_.is_object(); }
  // Whether it is of the kind that BertTokenizer is of.
  bool IsWordPiece() const;

  const fs::path folder_;
  json tokenizer_;
  TokenizerSideFiles side_;
  TokenSettings tokens_;
  // That transformers takes; empty when nothing says one.
  std::string class_;
  TokenizerFiles result_;
};

absl::Status Reading::ReadFiles() {
  TUNESMITH_ASSIGN_OR_RETURN(
      tokenizer_, ReadObject(folder_, kTokenizerFile, kTokenizerLimits));
  TUNESMITH_ASSIGN_OR_RETURN(side_.config, ReadObject(folder_, kConfigFile));
  TUNESMITH_ASSIGN_OR_RETURN(side_.special, ReadObject(folder_, kSpecialFile));
  TUNESMITH_ASSIGN_OR_RETURN(side_.added, ReadObject(folder_, kAddedFile));
  TUNESMITH_ASSIGN_OR_RETURN(json network, ReadObject(folder_, "config.json"));
  for (json* file : {&side_.config, &side_.special, &side_.added}) {
    if (file->is_null()) *file = json::object();
  }
  absl::StatusOr<TokenSettings> tokens = ReadTokenSettings(side_, tokenizer_);
  if (!tokens.ok()) {
    return BadTokenizer(std::string(tokens.status().message()));
  }
  tokens_ = *std::move(tokens);
  class_ = TextIn(side_.config, "tokenizer_class");
  if (class_.empty()) class_ = TextIn(network, "tokenizer_class");
  if (class_.empty() && TextIn(network, "model_type") == "bert") {
    class_ = "BertTokenizer";
  }
  if (side_.config.value("split_special_tokens", json(false)) == json(true)) {
    return BadTokenizer(
        "tokenizer_config.json: split_special_tokens is not supported");
  }
  return absl::OkStatus();
}

bool Reading::IsWordPiece() const {
  auto model = tokenizer_.find("model");
  if (model == tokenizer_.end() || !model->is_object()) return false;
  const std::string type = TextIn(*model, "type");
  auto vocabulary = model->find("vocab");
  return (type == "WordPiece" ||
          (type.empty() && model->contains("continuing_subword_prefix"))) &&
         vocabulary != model->end() && vocabulary->is_object();
}

absl::Status Reading::FollowBertTokenizer() {
  json vocabulary;
  if (HasTokenizer()) {
    vocabulary = tokenizer_["model"]["vocab"];
  } else {
    absl::StatusOr<json> ids =
        ReadVocabularyFile((folder_ / kVocabularyFile).string());
    if (!ids.ok()) return BadTokenizer(std::string(ids.status().message()));
    vocabulary = *std::move(ids);
  }
  absl::StatusOr<json> made =
      MakeBertTokenizer(vocabulary, side_.config, tokens_);
  if (!made.ok()) return BadTokenizer(std::string(made.status().message()));
  result_.tokenizer = *std::move(made);
  SetBertSettings(result_.tokenizer, result_.config);
  return absl::OkStatus();
}

void Reading::FollowTokenizerJson() {
  const json vocabulary = VocabularyIn(tokenizer_);
  result_.tokenizer = tokenizer_;
  result_.config["tokenizer_class"] = kGenericClass;
  AddedTokens added(vocabulary);
  auto list = tokenizer_.find("added_tokens");
  if (list != tokenizer_.end() && list->is_array()) {
    for (const json& entry : *list) {
      if (std::optional<AddedToken> token = ParseAddedToken(entry)) {
        added.Add(*std::move(token));
      }
    }
  }
  const size_t before = added.ToJson().size();
  tokens_.AddTo(added);
  json all = added.ToJson();
  if (all.size() > before) result_.tokenizer["added_tokens"] = std::move(all);
}

// Texts are cut at the side that tokenizer_config.json says, otherwise
// tokenizer.json. There is no room for a side alone in the latter.
absl::Status Reading::SetDirection() {
  const std::string side = TextIn(side_.config, "truncation_side");
  if (side.empty() || side == "right") {
    if (side == "right") result_.tokenizer["truncation"] = nullptr;
    return absl::OkStatus();
  }
  if (side != "left") {
    return BadTokenizer(
        "tokenizer_config.json: truncation_side must be left or right");
  }
  result_.tokenizer["truncation"] = {{"direction", "Left"},
                                     {"max_length", 512},
                                     {"strategy", "LongestFirst"},
                                     {"stride", 0}};
  return absl::OkStatus();
}

void Reading::Compare() {
  if (!HasTokenizer()) {
    result_.anew = true;
    Remark(
        "tokenizer.json is missing: texts are split as transformers' "
        "BertTokenizer does with vocab.txt, and results get a tokenizer.json",
        "");
    return;
  }
  const std::vector<std::string> parts =
      DifferingParts(tokenizer_, result_.tokenizer);
  if (parts.empty()) return;
  result_.anew = true;
  Remark(absl::StrCat("tokenizer.json and transformers' ",
                      std::string(TextIn(result_.config, "tokenizer_class")),
                      " with tokenizer_config.json disagree about ",
                      absl::StrJoin(parts, ", "),
                      ": the latter is followed, and results get files that "
                      "agree"),
         TextIn(result_.config, "tokenizer_class") == kGenericClass
             ? ""
             : kFollowTokenizerJson);
}

void Reading::CheckVocabularyFile() {
  if (!HasTokenizer()) return;
  absl::StatusOr<json> ids =
      ReadVocabularyFile((folder_ / kVocabularyFile).string());
  if (absl::IsNotFound(ids.status())) return;
  if (ids.ok() && *ids == VocabularyIn(tokenizer_)) return;
  Remark(
      "vocab.txt does not hold the vocabulary of tokenizer.json, which is "
      "followed; results get no vocab.txt",
      "");
}

// What other files said, tokenizer_config.json says from now on; what
// tokenizer.json says now, or what was true of another place alone, it does
// not.
void Reading::SayAnew() {
  for (const char* key : {"added_tokens_decoder", "auto_map", "name_or_path",
                          "special_tokens_map_file", "tokenizer_file"}) {
    result_.config.erase(key);
  }
  for (const auto& [key, token] : tokens_.named) {
    result_.config[key] = token.content;
  }
}

absl::StatusOr<TokenizerFiles> Reading::Read() {
  TUNESMITH_RETURN_IF_ERROR(ReadFiles());
  std::error_code error;
  const bool is_bert = IsOneOf(kBertClasses, class_);
  if (!HasTokenizer() &&
      !(is_bert && fs::exists(folder_ / kVocabularyFile, error))) {
    return BadTokenizer(
        "tokenizer.json is missing from the model directory (save it with "
        "AutoTokenizer.from_pretrained(...).save_pretrained(...))");
  }
  result_.config = side_.config;
  if (is_bert && (!HasTokenizer() || IsWordPiece())) {
    TUNESMITH_RETURN_IF_ERROR(FollowBertTokenizer());
  } else {
    FollowTokenizerJson();
    if (is_bert || (!class_.empty() && !IsOneOf(kGenericClasses, class_))) {
      Remark(absl::StrCat("the tokenizer's class in transformers would be ",
                          Printable(class_),
                          ", which makes a tokenizer of its own: "
                          "tokenizer.json is followed, and results say ",
                          kGenericClass),
             "");
    }
  }
  Compare();
  TUNESMITH_RETURN_IF_ERROR(SetDirection());
  CheckVocabularyFile();
  if (result_.anew) SayAnew();
  return std::move(result_);
}

absl::Status CopyWhereThere(const fs::path& from, const fs::path& to,
                            const char* file) {
  std::error_code error;
  if (!fs::exists(from / file, error)) return absl::OkStatus();
  return CopyFile((from / file).string(), (to / file).string());
}

}  // namespace

absl::StatusOr<TokenizerFiles> ReadTokenizerFiles(
    const std::string& directory) {
  return Reading(directory).Read();
}

int TextLimit(const TokenizerFiles& files, int limit) {
  const auto it = files.config.find("model_max_length");
  if (it == files.config.end() || !it->is_number()) return limit;
  // Unlimited is 1e30 there.
  const double said = it->get<double>();
  return said >= 1 && said < limit ? static_cast<int>(said) : limit;
}

absl::Status WriteTokenizerFiles(const std::string& from,
                                 std::optional<int> max_length,
                                 const std::string& to) {
  const fs::path source(from), target(to);
  std::error_code error;
  if (!fs::exists(source / kTokenizerFile, error) &&
      !fs::exists(source / kVocabularyFile, error)) {
    return absl::OkStatus();
  }
  TUNESMITH_ASSIGN_OR_RETURN(TokenizerFiles files, ReadTokenizerFiles(from));
  if (max_length.has_value()) files.config["model_max_length"] = *max_length;
  TUNESMITH_RETURN_IF_ERROR(
      WriteJsonFile((target / kConfigFile).string(), files.config));
  absl::StatusOr<json> ids =
      ReadVocabularyFile((source / kVocabularyFile).string());
  if (ids.ok() && *ids == VocabularyIn(files.tokenizer)) {
    TUNESMITH_RETURN_IF_ERROR(CopyWhereThere(source, target, kVocabularyFile));
  }
  if (files.anew) {
    return WriteJsonFile((target / kTokenizerFile).string(), files.tokenizer);
  }
  for (const char* file : {kTokenizerFile, kSpecialFile, kAddedFile}) {
    TUNESMITH_RETURN_IF_ERROR(CopyWhereThere(source, target, file));
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::worker
