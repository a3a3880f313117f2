#ifndef TUNESMITH_WORKER_TOKENIZER_BERT_TOKENIZER_H_
#define TUNESMITH_WORKER_TOKENIZER_BERT_TOKENIZER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "worker/tokenizer/token_settings.h"

namespace tunesmith::worker {

// The tokenizer.json that transformers' BertTokenizer amounts to: it takes
// nothing of a tokenizer.json but the vocabulary and, in places, added tokens.
// `config`: of tokenizer_config.json. INVALID_ARGUMENT when a setting is
// malformed.
absl::StatusOr<nlohmann::json> MakeBertTokenizer(
    const nlohmann::json& vocabulary, const nlohmann::json& config,
    TokenSettings tokens);

// Writes the settings of a tokenizer that MakeBertTokenizer made into `config`,
// so that nothing is left to defaults.
void SetBertSettings(const nlohmann::json& tokenizer, nlohmann::json& config);

// The parts of two tokenizers that make other tokens of some text; what they
// say of truncation and padding is none. Both are objects.
std::vector<std::string> DifferingParts(const nlohmann::json& a,
                                        const nlohmann::json& b);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TOKENIZER_BERT_TOKENIZER_H_
