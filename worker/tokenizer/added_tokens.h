#ifndef TUNESMITH_WORKER_TOKENIZER_ADDED_TOKENS_H_
#define TUNESMITH_WORKER_TOKENIZER_ADDED_TOKENS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"

namespace tunesmith::worker {

// A token that is looked for before a text is split; as the library has it.
struct AddedToken {
  std::string content;
  bool single_word = false;
  bool lstrip = false;
  bool rstrip = false;
  bool normalized = true;
  bool special = false;
};

// One that the library makes of a bare text which is special.
AddedToken SpecialToken(std::string content);

// From an object of a tokenizer's files; nothing when it is none.
std::optional<AddedToken> ParseAddedToken(const nlohmann::json& json);

// A tokenizer's added tokens. They get ids as the library gives them: those of
// the vocabulary, or the next ones behind it. Not thread-safe.
class AddedTokens {
 public:
  // `vocabulary`, which outlives it: an object of ids.
  explicit AddedTokens(const nlohmann::json& vocabulary)
      : vocabulary_(vocabulary),
        next_id_(static_cast<int64_t>(vocabulary.size())) {}

  bool Has(const std::string& content) const { return ids_.contains(content); }
  // Of two tokens with one content the first one counts.
  void Add(AddedToken token);
  // Of one that it has.
  int64_t IdOf(const std::string& content) const { return ids_.at(content); }

  // As tokenizer.json lists them, by id.
  nlohmann::json ToJson() const;

 private:
  const nlohmann::json& vocabulary_;
  std::vector<AddedToken> tokens_;
  std::map<std::string, int64_t> ids_;
  int64_t next_id_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TOKENIZER_ADDED_TOKENS_H_
