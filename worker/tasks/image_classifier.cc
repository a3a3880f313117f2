#include "worker/tasks/image_classifier.h"

#include <utility>

#include "worker/tasks/load_classifier.h"

namespace tunesmith::worker {

ImageClassifier::ImageClassifier(std::shared_ptr<ImageEncoder> encoder,
                                 Head head, const WeightNaming& naming)
    : encoder_(std::move(encoder)) {
  Register(encoder_, std::move(head), naming);
}

at::Tensor ImageClassifier::Features(const ClassifierInput& input,
                                     const ForwardContext& context) {
  return encoder_->forward(input.images_BCHW, context);
}

absl::StatusOr<std::shared_ptr<ImageClassifier>> LoadImageClassifier(
    const PretrainedModel& pretrained, const ClassifierOptions& options) {
  return LoadClassifier<ImageClassifier, ImageEncoder>(
      pretrained, options, "a network of texts cannot see pictures");
}

}  // namespace tunesmith::worker
