#include "worker/tokenizer/added_tokens.h"

#include <algorithm>
#include <utility>

namespace tunesmith::worker {

using nlohmann::json;

AddedToken SpecialToken(std::string content) {
  return {.content = std::move(content), .normalized = false, .special = true};
}

std::optional<AddedToken> ParseAddedToken(const json& object) {
  if (!object.is_object()) return std::nullopt;
  auto content = object.find("content");
  if (content == object.end() || !content->is_string()) return std::nullopt;
  auto flag = [&object](const char* key, bool unset) {
    auto value = object.find(key);
    return value != object.end() && value->is_boolean() ? value->get<bool>()
                                                        : unset;
  };
  AddedToken token{.content = content->get<std::string>()};
  token.single_word = flag("single_word", false);
  token.lstrip = flag("lstrip", false);
  token.rstrip = flag("rstrip", false);
  token.special = flag("special", false);
  token.normalized = flag("normalized", !token.special);
  return token;
}

void AddedTokens::Add(AddedToken token) {
  if (token.content.empty() || Has(token.content)) return;
  auto known = vocabulary_.find(token.content);
  const int64_t id = known != vocabulary_.end() && known->is_number_integer()
                         ? known->get<int64_t>()
                         : next_id_;
  // Whatever a file says, the library has ids of 32 bits.
  next_id_ = std::max(next_id_, std::min<int64_t>(id, INT32_MAX) + 1);
  ids_[token.content] = id;
  tokens_.push_back(std::move(token));
}

json AddedTokens::ToJson() const {
  std::vector<AddedToken> sorted = tokens_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [this](const AddedToken& a, const AddedToken& b) {
                     return IdOf(a.content) < IdOf(b.content);
                   });
  json list = json::array();
  for (const AddedToken& token : sorted) {
    list.push_back({{"id", IdOf(token.content)},
                    {"content", token.content},
                    {"single_word", token.single_word},
                    {"lstrip", token.lstrip},
                    {"rstrip", token.rstrip},
                    {"normalized", token.normalized},
                    {"special", token.special}});
  }
  return list;
}

}  // namespace tunesmith::worker
