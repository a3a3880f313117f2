#ifndef TUNESMITH_WORKER_DATA_ENCODING_H_
#define TUNESMITH_WORKER_DATA_ENCODING_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/labelled_samples.h"
#include "worker/tokenizer/tokenizer.h"

namespace tunesmith::worker {

// Where texts are cut, and on how many threads they are encoded.
struct EncodingOptions {
  int max_length = 256;
  int threads = 1;
  // Ids that the network has embeddings for are below it.
  int64_t vocabulary_size = 0;
};

struct EncodedText {
  // At most max_length, special tokens included; not empty.
  std::vector<int32_t> token_ids;
  bool truncated = false;
  // Equal for texts that are the same to the tokenizer before they are cut.
  std::string identity;
};

// One for each of `texts`, in their order. INVALID_ARGUMENT with reason
// BAD_TOKENIZER, also when an id is not in the network's vocabulary.
absl::StatusOr<std::vector<EncodedText>> EncodeTexts(
    const Tokenizer& tokenizer, std::span<const LabelledSample> texts,
    const EncodingOptions& options);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_ENCODING_H_
