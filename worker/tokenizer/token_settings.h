#ifndef TUNESMITH_WORKER_TOKENIZER_TOKEN_SETTINGS_H_
#define TUNESMITH_WORKER_TOKENIZER_TOKEN_SETTINGS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "worker/tokenizer/added_tokens.h"

namespace tunesmith::worker {

// The JSON files about a tokenizer that are beside tokenizer.json; each is an
// object, an empty one without such a file.
struct TokenizerSideFiles {
  // tokenizer_config.json
  nlohmann::json config;
  // special_tokens_map.json
  nlohmann::json special;
  // added_tokens.json: ids.
  nlohmann::json added;
};

// What those files say of tokens, as transformers understands them: the two
// older ones count where tokenizer_config.json has no `added_tokens_decoder`.
struct TokenSettings {
  // `added_tokens_decoder`, and what stands for it.
  std::map<int64_t, AddedToken> decoder;
  // By key, such as `cls_token`, in the order in which they are added.
  std::vector<std::pair<std::string, AddedToken>> named;
  // Keys of named tokens that are null.
  std::vector<std::string> nulls;
  std::vector<AddedToken> extra;

  // Nothing when no token has the key.
  const AddedToken* Find(const std::string& key) const;
  // Contents of the named ones.
  std::set<std::string> NamedContents() const;
  // Adds them all.
  void AddTo(AddedTokens& tokens) const;
};

// `tokenizer`: what tokenizer.json says, or null. INVALID_ARGUMENT when
// something is malformed.
absl::StatusOr<TokenSettings> ReadTokenSettings(
    const TokenizerSideFiles& files, const nlohmann::json& tokenizer);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TOKENIZER_TOKEN_SETTINGS_H_
