#ifndef TUNESMITH_WORKER_TASKS_IMAGE_CLASSIFIER_H_
#define TUNESMITH_WORKER_TASKS_IMAGE_CLASSIFIER_H_

#include <memory>

#include "worker/models/image_encoder.h"
#include "worker/tasks/classifier.h"

namespace tunesmith::worker {

class ImageClassifier : public Classifier {
 public:
  ImageClassifier(std::shared_ptr<ImageEncoder> encoder, Head head,
                  const WeightNaming& naming);

  at::Tensor Features(const ClassifierInput& input,
                      const ForwardContext& context) override;

  const ImageEncoderFacts& facts() const { return encoder_->facts(); }

 private:
  std::shared_ptr<ImageEncoder> encoder_;
};

// The pretrained network with its own head or a new one. UNSUPPORTED_MODEL for
// a network that sees no pictures; errors of PretrainedModel::LoadEncoder.
absl::StatusOr<std::shared_ptr<ImageClassifier>> LoadImageClassifier(
    const PretrainedModel& pretrained, const ClassifierOptions& options);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TASKS_IMAGE_CLASSIFIER_H_
