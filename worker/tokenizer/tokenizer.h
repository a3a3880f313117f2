#ifndef TUNESMITH_WORKER_TOKENIZER_TOKENIZER_H_
#define TUNESMITH_WORKER_TOKENIZER_TOKENIZER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

struct tunesmith_tokenizer;

namespace tunesmith::worker {

// Token ids of texts, in the order of the texts.
struct EncodedTexts {
  // Special tokens included.
  std::vector<std::vector<int32_t>> token_ids;
  // Positions of the texts that were cut, ascending.
  std::vector<size_t> truncated;
};

// Hugging Face's fast tokenizer of a model. Thread-safe: nothing changes it.
class Tokenizer {
 public:
  // Of what a tokenizer.json says, save truncation and padding.
  // INVALID_ARGUMENT with reason BAD_TOKENIZER.
  static absl::StatusOr<std::unique_ptr<Tokenizer>> Parse(
      std::string_view json);
  // That of ReadTokenizerFiles. Errors of both.
  static absl::StatusOr<std::unique_ptr<Tokenizer>> LoadFromModelDirectory(
      const std::string& directory);
  ~Tokenizer();
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  // Encodes as Hugging Face does with `truncation=True, max_length`, on up to
  // `threads` threads; the result does not depend on their number. Texts are
  // UTF-8. INVALID_ARGUMENT with reason BAD_TOKENIZER when the tokenizer
  // cannot encode a text.
  absl::StatusOr<EncodedTexts> EncodeBatch(
      const std::vector<std::string>& texts, int max_length, int threads) const;

  // Every id that EncodeBatch gives is below it.
  int32_t IdBound() const;

 private:
  explicit Tokenizer(tunesmith_tokenizer* tokenizer);

  tunesmith_tokenizer* const tokenizer_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TOKENIZER_TOKENIZER_H_
