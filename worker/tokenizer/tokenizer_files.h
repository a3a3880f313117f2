#ifndef TUNESMITH_WORKER_TOKENIZER_TOKENIZER_FILES_H_
#define TUNESMITH_WORKER_TOKENIZER_TOKENIZER_FILES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

// The files of a model directory that say how texts become tokens may disagree:
// transformers' BertTokenizer makes its own tokenizer from
// tokenizer_config.json and the vocabulary, whatever else tokenizer.json says.
// Here is decided, once, which is followed; results get files that agree with
// it and with each other.

namespace tunesmith::worker {

// Which of several files is followed, and how to have it otherwise.
struct TokenizerRemark {
  std::string message;
  std::string suggestion;
};

struct TokenizerFiles {
  // What a tokenizer.json says with which texts become the tokens that
  // transformers' AutoTokenizer makes of them.
  nlohmann::json tokenizer;
  // What a tokenizer_config.json says that leads AutoTokenizer to it.
  nlohmann::json config;
  // Whether the directory's own tokenizer.json says something else, or is
  // missing.
  bool anew = false;
  std::vector<TokenizerRemark> remarks;
};

// INVALID_ARGUMENT with reason BAD_TOKENIZER. What is in `tokenizer` can still
// be nonsense to the library.
absl::StatusOr<TokenizerFiles> ReadTokenizerFiles(const std::string& directory);

// Tokens after which texts are cut where nobody says otherwise, as
// `model_max_length` has it: at most `limit`, which is the network's.
int TextLimit(const TokenizerFiles& files, int limit);

// Writes the tokenizer of the model directory `from` into `to`, which has none
// of its files; nothing when `from` has no tokenizer. `max_length`: where texts
// are cut unless a caller says otherwise. Errors of ReadTokenizerFiles and of
// FileWriter.
absl::Status WriteTokenizerFiles(const std::string& from,
                                 std::optional<int> max_length,
                                 const std::string& to);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TOKENIZER_TOKENIZER_FILES_H_
