#include "worker/training/input_check.h"

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::worker {
namespace {

absl::Status Invalid(std::string_view reason, const std::string& message) {
  return ReasonedError(absl::StatusCode::kInvalidArgument, reason, message);
}

// What is wrong with an example besides its label.
using ExampleCheck = std::function<absl::Status(const Example&)>;

absl::Status CheckLabel(const Example& example, size_t label_count) {
  if (example.label >= 0 && static_cast<size_t>(example.label) < label_count) {
    return absl::OkStatus();
  }
  return Invalid("UNKNOWN_LABEL", absl::StrCat("label ", example.label,
                                               " is not one of ", label_count));
}

// Problems with the split and the row in front.
absl::Status CheckExamples(const TrainingInputs& inputs,
                           const ExampleCheck& check) {
  for (auto [split, examples] : {std::pair("training", &inputs.training),
                                 std::pair("validation", &inputs.validation),
                                 std::pair("test", &inputs.test)}) {
    for (const Example& example : *examples) {
      absl::Status status = check(example);
      if (status.ok()) continue;
      return Invalid(ReasonOf(status),
                     absl::StrCat(split, " row ", example.row, ": ",
                                  std::string(status.message())));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckText(const Example& example, const TextEncoderFacts& facts) {
  int64_t length = static_cast<int64_t>(example.token_ids.size());
  if (length == 0 || length > facts.max_sequence_length) {
    return Invalid("INVALID_FIELD",
                   absl::StrCat(length, " tokens, the model takes 1 to ",
                                facts.max_sequence_length));
  }
  for (int32_t id : example.token_ids) {
    if (id >= 0 && id < facts.vocabulary_size) continue;
    return Invalid(
        "BAD_TOKENIZER",
        absl::StrCat("token id ", id, " is beyond the model's vocabulary of ",
                     facts.vocabulary_size,
                     " (do tokenizer.json and config.json belong "
                     "together?)"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckInputs(const TrainingInputs& inputs,
                         const TrainingOptions& options) {
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
  return CheckExamples(inputs, [labels](const Example& example) {
    return CheckLabel(example, labels);
  });
}

absl::Status CheckTexts(const TrainingInputs& inputs,
                        const TextEncoderFacts& facts) {
  return CheckExamples(inputs, [&facts](const Example& example) {
    return CheckText(example, facts);
  });
}

absl::Status CheckPictures(const TrainingInputs& inputs) {
  return CheckExamples(inputs, [](const Example& example) -> absl::Status {
    if (example.picture.archive != nullptr) return absl::OkStatus();
    return Invalid("TASK_NOT_SUPPORTED",
                   "the model sees pictures, and this is none");
  });
}

}  // namespace tunesmith::worker
