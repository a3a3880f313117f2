#include "worker/tasks/text_classifier.h"

#include <utility>

#include "worker/tasks/load_classifier.h"

namespace tunesmith::worker {

TextClassifier::TextClassifier(std::shared_ptr<TextEncoder> encoder, Head head,
                               const WeightNaming& naming)
    : encoder_(std::move(encoder)) {
  Register(encoder_, std::move(head), naming);
}

at::Tensor TextClassifier::Features(const ClassifierInput& input,
                                    const ForwardContext& context) {
  return encoder_->forward(input.tokens, context);
}

absl::StatusOr<std::shared_ptr<TextClassifier>> LoadTextClassifier(
    const PretrainedModel& pretrained, const ClassifierOptions& options) {
  return LoadClassifier<TextClassifier, TextEncoder>(
      pretrained, options, "a network of pictures cannot read texts");
}

}  // namespace tunesmith::worker
