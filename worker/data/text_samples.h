#ifndef TUNESMITH_WORKER_DATA_TEXT_SAMPLES_H_
#define TUNESMITH_WORKER_DATA_TEXT_SAMPLES_H_

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "worker/data/encoding.h"
#include "worker/data/sample_kind.h"
#include "worker/tokenizer/tokenizer.h"

namespace tunesmith::worker {

// Texts, which a tokenizer encodes: each once, and they are known by their
// tokens, so that what differs for no network is one text.
class TextSamples : public SampleKind {
 public:
  TextSamples(std::shared_ptr<const Tokenizer> tokenizer,
              const EncodingOptions& options, std::function<bool()> should_stop)
      : tokenizer_(std::move(tokenizer)),
        options_(options),
        should_stop_(std::move(should_stop)) {}

  std::string_view noun() const override { return "text"; }
  // NEAR_DUPLICATE_TEXT for texts with the tokens of another one. Errors of
  // EncodeTexts, and CANCELLED.
  absl::Status Identify(const TableFile& file,
                        std::vector<LabelledSample>& rows,
                        FindingLog& findings) override;
  absl::StatusOr<std::vector<Example>> Encode(
      const std::vector<LabelledSample>& rows, std::span<const int32_t> labels,
      std::string_view split, FindingLog& findings) override;

 private:
  // What a network is given for a text.
  struct Known {
    std::vector<int32_t> token_ids;
    bool truncated = false;
  };

  const std::shared_ptr<const Tokenizer> tokenizer_;
  const EncodingOptions options_;
  const std::function<bool()> should_stop_;
  // By identity.
  std::unordered_map<std::string, Known> known_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_TEXT_SAMPLES_H_
