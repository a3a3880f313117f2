#ifndef TUNESMITH_WORKER_DATA_ENCODING_H_
#define TUNESMITH_WORKER_DATA_ENCODING_H_

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/example.h"
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

struct EncodedExamples {
  // In the order of the texts.
  std::vector<Example> examples;
  // Texts that were cut.
  int64_t truncated = 0;
};

// Encodes texts in blocks, so that no second copy of all tokens is held.
// `labels` has one entry for each text. INVALID_ARGUMENT with reason
// BAD_TOKENIZER, also when an id is not in the network's vocabulary. CANCELLED
// as ReadLabelledSamples.
absl::StatusOr<EncodedExamples> EncodeExamples(
    const Tokenizer& tokenizer, const std::vector<LabelledSample>& texts,
    std::span<const int32_t> labels, const EncodingOptions& options,
    const std::function<bool()>& should_stop);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_ENCODING_H_
