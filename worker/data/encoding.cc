#include "worker/data/encoding.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::worker {
namespace {

// Texts that are encoded between two questions whether to stop.
constexpr size_t kBlockTexts = 8192;

absl::Status CheckIds(const std::vector<int32_t>& ids, int64_t row,
                      int64_t vocabulary_size) {
  if (ids.empty()) {
    return ReasonedError(
        absl::StatusCode::kInvalidArgument, "BAD_TOKENIZER",
        absl::StrCat("the tokenizer gives no token for the text of row ", row));
  }
  int32_t largest = *std::max_element(ids.begin(), ids.end());
  if (largest < vocabulary_size) return absl::OkStatus();
  return ReasonedError(
      absl::StatusCode::kInvalidArgument, "BAD_TOKENIZER",
      absl::StrCat(
          "the tokenizer gives ids that the network has no embedding "
          "for (do they belong together?); vocabulary of the network: ",
          vocabulary_size, ", id: ", largest));
}

}  // namespace

absl::StatusOr<EncodedExamples> EncodeExamples(
    const Tokenizer& tokenizer, const std::vector<LabelledSample>& texts,
    std::span<const int32_t> labels, const EncodingOptions& options,
    const std::function<bool()>& should_stop) {
  EncodedExamples result;
  result.examples.reserve(texts.size());
  for (size_t begin = 0; begin < texts.size(); begin += kBlockTexts) {
    if (should_stop()) {
      return ReasonedError(absl::StatusCode::kCancelled, "CANCELLED",
                           "cancelled while encoding texts");
    }
    size_t end = std::min(begin + kBlockTexts, texts.size());
    std::vector<std::string> block;
    for (size_t i = begin; i < end; ++i) block.push_back(texts[i].sample);
    TUNESMITH_ASSIGN_OR_RETURN(
        EncodedTexts encoded,
        tokenizer.EncodeBatch(block, options.max_length, options.threads));
    result.truncated += static_cast<int64_t>(encoded.truncated.size());
    for (size_t i = begin; i < end; ++i) {
      std::vector<int32_t>& ids = encoded.token_ids[i - begin];
      TUNESMITH_RETURN_IF_ERROR(
          CheckIds(ids, texts[i].row, options.vocabulary_size));
      result.examples.push_back({.row = texts[i].row,
                                 .token_ids = std::move(ids),
                                 .label = labels[i]});
    }
  }
  return result;
}

}  // namespace tunesmith::worker
