#ifndef TUNESMITH_WORKER_TASKS_TEXT_CLASSIFIER_H_
#define TUNESMITH_WORKER_TASKS_TEXT_CLASSIFIER_H_

#include <memory>

#include "worker/models/text_encoder.h"
#include "worker/tasks/classifier.h"

namespace tunesmith::worker {

class TextClassifier : public Classifier {
 public:
  TextClassifier(std::shared_ptr<TextEncoder> encoder, Head head,
                 const WeightNaming& naming);

  at::Tensor Features(const ClassifierInput& input,
                      const ForwardContext& context) override;

  const TextEncoderFacts& facts() const { return encoder_->facts(); }

 private:
  std::shared_ptr<TextEncoder> encoder_;
};

// The pretrained network with its own head or a new one. UNSUPPORTED_MODEL for
// a network that reads no texts; errors of PretrainedModel::LoadEncoder.
absl::StatusOr<std::shared_ptr<TextClassifier>> LoadTextClassifier(
    const PretrainedModel& pretrained, const ClassifierOptions& options);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TASKS_TEXT_CLASSIFIER_H_
