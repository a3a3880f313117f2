#include "worker/data/encoding.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::worker {
namespace {

// Tokens that tell one text from another; what comes later does not count.
constexpr int kIdentityTokens = 1 << 16;

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

std::string IdentityOf(const std::vector<int32_t>& ids) {
  return Sha256Hex(std::string_view(reinterpret_cast<const char*>(ids.data()),
                                    ids.size() * sizeof(int32_t)));
}

}  // namespace

absl::StatusOr<std::vector<EncodedText>> EncodeTexts(
    const Tokenizer& tokenizer, std::span<const LabelledSample> texts,
    const EncodingOptions& options) {
  std::vector<std::string> block;
  for (const LabelledSample& text : texts) block.push_back(text.sample);
  TUNESMITH_ASSIGN_OR_RETURN(
      EncodedTexts whole,
      tokenizer.EncodeBatch(block,
                            std::max(options.max_length, kIdentityTokens),
                            options.threads));
  std::vector<EncodedText> encoded(texts.size());
  std::vector<size_t> long_ones;
  block.clear();
  for (size_t i = 0; i < texts.size(); ++i) {
    std::vector<int32_t>& ids = whole.token_ids[i];
    encoded[i].identity = IdentityOf(ids);
    if (static_cast<int64_t>(ids.size()) > options.max_length) {
      long_ones.push_back(i);
      block.push_back(texts[i].sample);
    } else {
      encoded[i].token_ids = std::move(ids);
    }
  }
  TUNESMITH_ASSIGN_OR_RETURN(
      EncodedTexts cut,
      tokenizer.EncodeBatch(block, options.max_length, options.threads));
  for (size_t i = 0; i < long_ones.size(); ++i) {
    encoded[long_ones[i]].token_ids = std::move(cut.token_ids[i]);
    encoded[long_ones[i]].truncated = true;
  }
  for (size_t i = 0; i < texts.size(); ++i) {
    TUNESMITH_RETURN_IF_ERROR(
        CheckIds(encoded[i].token_ids, texts[i].row, options.vocabulary_size));
  }
  return encoded;
}

}  // namespace tunesmith::worker
