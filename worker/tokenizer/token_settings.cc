#include "worker/tokenizer/token_settings.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::worker {
namespace {

using nlohmann::json;

// In the order in which transformers adds them.
constexpr std::array<const char*, 7> kNames = {
    "bos_token", "eos_token", "unk_token", "sep_token",
    "pad_token", "cls_token", "mask_token"};
constexpr char kExtra[] = "extra_special_tokens";
constexpr char kOldExtra[] = "additional_special_tokens";

absl::Status Malformed(const std::string& key) {
  return absl::InvalidArgumentError(
      absl::StrCat(key, " is no token of a tokenizer"));
}

// A text, or an object with flags.
absl::StatusOr<AddedToken> ReadToken(const std::string& key,
                                     const json& value) {
  if (value.is_string()) return SpecialToken(value.get<std::string>());
  std::optional<AddedToken> token = ParseAddedToken(value);
  if (!token.has_value()) return Malformed(key);
  return *std::move(token);
}

bool IsNameOfModel(const std::string& key, const json& value) {
  const bool known = std::any_of(kNames.begin(), kNames.end(),
                                 [&key](const char* n) { return key == n; });
  return !known && key.ends_with("_token") &&
         (value.is_string() || ParseAddedToken(value).has_value());
}

absl::Status ReadNamed(const json& settings, TokenSettings& result) {
  for (const char* name : kNames) {
    auto value = settings.find(name);
    if (value == settings.end()) continue;
    if (value->is_null()) {
      result.nulls.emplace_back(name);
      continue;
    }
    TUNESMITH_ASSIGN_OR_RETURN(AddedToken token, ReadToken(name, *value));
    result.named.emplace_back(name, std::move(token));
  }
  for (const auto& [key, value] : settings.items()) {
    if (!IsNameOfModel(key, value)) continue;
    TUNESMITH_ASSIGN_OR_RETURN(AddedToken token, ReadToken(key, value));
    result.named.emplace_back(key, std::move(token));
  }
  return absl::OkStatus();
}

absl::Status ReadExtra(const json& settings, TokenSettings& result) {
  for (const char* key : {kExtra, kOldExtra}) {
    auto list = settings.find(key);
    if (list == settings.end() || list->empty()) continue;
    for (const auto& [name, value] : list->items()) {
      TUNESMITH_ASSIGN_OR_RETURN(AddedToken token, ReadToken(key, value));
      result.extra.push_back(std::move(token));
    }
    return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status ReadDecoder(const json& decoder, TokenSettings& result) {
  if (!decoder.is_object()) return Malformed("added_tokens_decoder");
  for (const auto& [key, value] : decoder.items()) {
    int64_t id = 0;
    std::optional<AddedToken> token = ParseAddedToken(value);
    if (!absl::SimpleAtoi(key, &id) || !token.has_value()) {
      return Malformed(absl::StrCat("added_tokens_decoder.", key));
    }
    result.decoder[id] = *std::move(token);
  }
  return absl::OkStatus();
}

// Whether transformers knows the extra tokens before it reads
// added_tokens.json: it looks at the older key of special_tokens_map.json too
// late to take them for special there.
bool KnowsExtraInTime(const TokenizerSideFiles& files) {
  auto has = [](const json& file, const char* key) {
    auto list = file.find(key);
    return list != file.end() && !list->empty();
  };
  return has(files.config, kExtra) || has(files.config, kOldExtra) ||
         has(files.special, kExtra);
}

// What came before `added_tokens_decoder`.
absl::Status ReadOldDecoder(const TokenizerSideFiles& files,
                            const json& tokenizer, TokenSettings& result) {
  std::set<std::string> specials = result.NamedContents();
  if (KnowsExtraInTime(files)) {
    for (const AddedToken& token : result.extra) specials.insert(token.content);
  }
  for (const auto& [content, id] : files.added.items()) {
    if (!id.is_number_integer()) return Malformed("added_tokens.json");
    const bool special = specials.contains(content);
    result.decoder[id.get<int64_t>()] = {
        .content = content, .normalized = !special, .special = special};
  }
  if (!tokenizer.is_object()) return absl::OkStatus();
  auto list = tokenizer.find("added_tokens");
  if (list == tokenizer.end() || !list->is_array()) return absl::OkStatus();
  for (const json& entry : *list) {
    std::optional<AddedToken> token = ParseAddedToken(entry);
    if (!token.has_value() || !entry.contains("id") ||
        !entry["id"].is_number_integer()) {
      return Malformed("added_tokens of tokenizer.json");
    }
    result.decoder[entry["id"].get<int64_t>()] = *std::move(token);
  }
  return absl::OkStatus();
}

}  // namespace

const AddedToken* TokenSettings::Find(const std::string& key) const {
  for (const auto& [name, token] : named) {
    if (name == key) return &token;
  }
  return nullptr;
}

std::set<std::string> TokenSettings::NamedContents() const {
  std::set<std::string> contents;
  for (const auto& [key, token] : named) contents.insert(token.content);
  return contents;
}

void TokenSettings::AddTo(AddedTokens& tokens) const {
  const std::set<std::string> names = NamedContents();
  for (const auto& [id, token] : decoder) {
    AddedToken added = token;
    added.special = token.special || names.contains(token.content);
    tokens.Add(std::move(added));
  }
  for (const auto& [key, token] : named) {
    AddedToken added = token;
    added.special = true;
    tokens.Add(std::move(added));
  }
  for (const AddedToken& token : extra) tokens.Add(token);
}

absl::StatusOr<TokenSettings> ReadTokenSettings(const TokenizerSideFiles& files,
                                                const json& tokenizer) {
  TokenSettings result;
  const bool decodes = files.config.contains("added_tokens_decoder");
  json settings = files.config;
  if (!decodes) settings.update(files.special);
  TUNESMITH_RETURN_IF_ERROR(ReadNamed(settings, result));
  TUNESMITH_RETURN_IF_ERROR(ReadExtra(settings, result));
  TUNESMITH_RETURN_IF_ERROR(
      decodes ? ReadDecoder(settings["added_tokens_decoder"], result)
              : ReadOldDecoder(files, tokenizer, result));
  return result;
}

}  // namespace tunesmith::worker
