#include "worker/tokenizer/tokenizer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/parallel_for.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/tokenizer/crate/tokenizer_ffi.h"
#include "worker/tokenizer/tokenizer_files.h"

namespace tunesmith::worker {
namespace {

// Texts that a thread takes at once.
constexpr size_t kBlock = 64;

// Longest message that the library writes.
using ErrorText = std::array<char, 1024>;

absl::Status BadTokenizer(const std::string& message) {
  return ReasonedError(absl::StatusCode::kInvalidArgument, "BAD_TOKENIZER",
                       message);
}

// One batch that several threads encode. Each writes to places of its own.
struct BatchEncoding {
  const tunesmith_tokenizer* tokenizer;
  const std::vector<std::string>& texts;
  size_t max_length;
  std::vector<std::vector<int32_t>> token_ids;
  std::vector<char> truncated;
  std::vector<std::string> errors;

  void EncodeOne(size_t i, std::vector<int32_t>& buffer) {
    ErrorText error{};
    bool was_truncated = false;
    int64_t count = tunesmith_tokenizer_encode(
        tokenizer, texts[i].data(), texts[i].size(), buffer.data(), max_length,
        &was_truncated, error.data(), error.size());
    if (count < 0) {
      errors[i] =
          absl::StrCat("tokenizer.json cannot encode a text: ", error.data());
      return;
    }
    token_ids[i].assign(buffer.begin(), buffer.begin() + count);
    truncated[i] = was_truncated;
  }

  void EncodeBlock(size_t block) {
    std::vector<int32_t> buffer(max_length);
    size_t begin = block * kBlock;
    size_t end = std::min(begin + kBlock, texts.size());
    for (size_t i = begin; i < end; ++i) EncodeOne(i, buffer);
  }
};

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> Tokenizer::Parse(
    std::string_view json) {
  ErrorText error{};
  tunesmith_tokenizer* tokenizer = tunesmith_tokenizer_load(
      json.data(), json.size(), error.data(), error.size());
  if (tokenizer == nullptr) {
    return BadTokenizer(
        absl::StrCat("tokenizer.json is unreadable: ", error.data()));
  }
  return std::unique_ptr<Tokenizer>(new Tokenizer(tokenizer));
}

absl::StatusOr<std::unique_ptr<Tokenizer>> Tokenizer::LoadFromModelDirectory(
    const std::string& directory) {
  TUNESMITH_ASSIGN_OR_RETURN(TokenizerFiles files,
                             ReadTokenizerFiles(directory));
  return Parse(files.tokenizer.dump());
}

Tokenizer::Tokenizer(tunesmith_tokenizer* tokenizer) : tokenizer_(tokenizer) {}

Tokenizer::~Tokenizer() { tunesmith_tokenizer_free(tokenizer_); }

absl::StatusOr<EncodedTexts> Tokenizer::EncodeBatch(
    const std::vector<std::string>& texts, int max_length, int threads) const {
  BatchEncoding batch{
      .tokenizer = tokenizer_,
      .texts = texts,
      .max_length = static_cast<size_t>(std::max(max_length, 0)),
      .token_ids = std::vector<std::vector<int32_t>>(texts.size()),
      .truncated = std::vector<char>(texts.size(), 0),
      .errors = std::vector<std::string>(texts.size()),
  };
  ParallelFor((texts.size() + kBlock - 1) / kBlock,
              static_cast<size_t>(std::max(threads, 1)),
              [&batch](size_t block) { batch.EncodeBlock(block); });
  EncodedTexts result;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (!batch.errors[i].empty()) return BadTokenizer(batch.errors[i]);
    if (batch.truncated[i]) result.truncated.push_back(i);
  }
  result.token_ids = std::move(batch.token_ids);
  return result;
}

int32_t Tokenizer::IdBound() const {
  return tunesmith_tokenizer_id_bound(tokenizer_);
}

}  // namespace tunesmith::worker
