#include "worker/data/text_samples.h"

#include <utility>

#include "proto/contract/base/status_macros.h"
#include "worker/data/sample_findings.h"

namespace tunesmith::worker {

absl::Status TextSamples::Identify(const TableFile&,
                                   std::vector<LabelledSample>&, FindingLog&) {
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Example>> TextSamples::Encode(
    const std::vector<LabelledSample>& rows, std::span<const int32_t> labels,
    std::string_view split, FindingLog& findings) {
  TUNESMITH_ASSIGN_OR_RETURN(
      EncodedExamples encoded,
      EncodeExamples(tokenizer_, rows, labels, options_, should_stop_));
  FindTruncatedTexts(encoded.truncated, static_cast<int64_t>(rows.size()),
                     options_.max_length, split, findings);
  return std::move(encoded.examples);
}

}  // namespace tunesmith::worker
