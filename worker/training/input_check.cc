#include "worker/training/input_check.h"

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::worker {
namespace {

absl::Status Invalid(std::string_view reason, const std::string& message) {
  return ReasonedError(absl::StatusCode::kInvalidArgument, reason, message);
}

absl::Status CheckExamples(const char* split,
                           const std::vector<Example>& examples,
                           size_t label_count, const TextEncoderFacts& facts) {
  for (const Example& example : examples) {
    auto where = [&] { return absl::StrCat(split, " row ", example.row); };
    if (example.label < 0 ||
        static_cast<size_t>(example.label) >= label_count) {
      return Invalid("UNKNOWN_LABEL",
                     absl::StrCat(where(), ": label ", example.label,
                                  " is not one of ", label_count));
    }
    int64_t length = static_cast<int64_t>(example.token_ids.size());
    if (length == 0 || length > facts.max_sequence_length) {
      return Invalid(
          "INVALID_FIELD",
          absl::StrCat(where(), ": ", length, " tokens, the model takes 1 to ",
                       facts.max_sequence_length));
    }
    for (int32_t id : example.token_ids) {
      if (id >= 0 && id < facts.vocabulary_size) continue;
      return Invalid("BAD_TOKENIZER",
                     absl::StrCat(where(), ": token id ", id,
                                  " is beyond the model's vocabulary of ",
                                  facts.vocabulary_size,
                                  " (do tokenizer.json and config.json belong "
                                  "together?)"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckInputs(const TrainingInputs& inputs,
                         const TrainingOptions& options,
                         const TextEncoderFacts& facts) {
  size_t labels = inputs.labels.size();
  if (labels < 2) {
    return Invalid("BAD_CLASS_COUNT",
                   absl::StrCat(labels, " classes, at least 2 are needed"));
  }
  if (inputs.training.empty()) {
    return Invalid("EMPTY_DATASET", "training data have no usable row");
  }
  if (options.epochs.has_value() == options.max_steps.has_value()) {
    return Invalid("INVALID_FIELD", "one of epochs and max_steps must be set");
  }
  if (options.batch_size < 1 || options.threads < 1) {
    return Invalid("INVALID_FIELD",
                   "batch_size and threads must be at least 1");
  }
  if (!options.class_weights.empty() &&
      options.class_weights.size() != labels) {
    return Invalid("INVALID_FIELD",
                   absl::StrCat(options.class_weights.size(),
                                " class weights for ", labels, " labels"));
  }
  TUNESMITH_RETURN_IF_ERROR(
      CheckExamples("training", inputs.training, labels, facts));
  TUNESMITH_RETURN_IF_ERROR(
      CheckExamples("validation", inputs.validation, labels, facts));
  return CheckExamples("test", inputs.test, labels, facts);
}

}  // namespace tunesmith::worker
