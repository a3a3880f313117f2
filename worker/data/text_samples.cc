#include "worker/data/text_samples.h"

#include <algorithm>
#include <functional>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/sample_findings.h"

namespace tunesmith::worker {
namespace {

// Texts that are encoded between two questions whether to stop, so that no
// second copy of all of them is held.
constexpr size_t kBlockTexts = 2048;

// Counts texts that are like an earlier one and not quite the same.
class NearDuplicates {
 public:
  // `text`, as the file has it, has the tokens that `identity` says.
  void Take(const LabelledSample& text, const std::string& identity) {
    const size_t hash = std::hash<std::string_view>()(text.sample);
    auto [it, is_new] = first_.try_emplace(identity, First{text.row, hash});
    if (is_new || it->second.hash == hash) return;
    if (count_++ == 0) {
      example_ = absl::StrCat("rows ", it->second.row, " and ", text.row);
    }
  }

  void Report(FindingLog& findings) const {
    if (count_ == 0) return;
    findings.Add({.code = FindingCode::kNearDuplicateText,
                  .severity = FindingSeverity::kNote,
                  .message = absl::StrCat(
                      "texts that the tokenizer cannot tell from an earlier "
                      "one, though their bytes differ: ",
                      count_, ", as in ", example_),
                  .suggestion = "keep one of them",
                  .count = count_});
  }

 private:
  // The first text with certain tokens.
  struct First {
    int64_t row = 0;
    size_t hash = 0;
  };
  std::unordered_map<std::string, First> first_;
  int64_t count_ = 0;
  std::string example_;
};

}  // namespace

absl::Status TextSamples::Identify(const TableFile&,
                                   std::vector<LabelledSample>& rows,
                                   FindingLog& findings) {
  NearDuplicates near_duplicates;
  for (size_t begin = 0; begin < rows.size(); begin += kBlockTexts) {
    if (should_stop_()) {
      return ReasonedError(absl::StatusCode::kCancelled, "CANCELLED",
                           "cancelled while encoding texts");
    }
    const std::span<LabelledSample> block = std::span(rows).subspan(
        begin, std::min(kBlockTexts, rows.size() - begin));
    TUNESMITH_ASSIGN_OR_RETURN(std::vector<EncodedText> encoded,
                               EncodeTexts(*tokenizer_, block, options_));
    for (size_t i = 0; i < block.size(); ++i) {
      EncodedText& text = encoded[i];
      near_duplicates.Take(block[i], text.identity);
      known_.try_emplace(text.identity,
                         Known{std::move(text.token_ids), text.truncated});
      block[i].sample = std::move(text.identity);
    }
  }
  near_duplicates.Report(findings);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Example>> TextSamples::Encode(
    const std::vector<LabelledSample>& rows, std::span<const int32_t> labels,
    std::string_view split, FindingLog& findings) {
  std::vector<Example> examples;
  examples.reserve(rows.size());
  int64_t truncated = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const Known& known = known_.at(rows[i].sample);
    truncated += known.truncated;
    examples.push_back(
        {.row = rows[i].row, .token_ids = known.token_ids, .label = labels[i]});
  }
  FindTruncatedTexts(truncated, static_cast<int64_t>(rows.size()),
                     options_.max_length, split, findings);
  return examples;
}

}  // namespace tunesmith::worker
