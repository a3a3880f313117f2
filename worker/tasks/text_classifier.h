#ifndef TUNESMITH_WORKER_TASKS_TEXT_CLASSIFIER_H_
#define TUNESMITH_WORKER_TASKS_TEXT_CLASSIFIER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/models/layers.h"
#include "worker/models/pretrained.h"
#include "worker/models/text_encoder.h"
#include "worker/tasks/classifier.h"

namespace tunesmith::worker {

// An encoder, dropout and a linear layer, as Hugging Face's
// ...ForSequenceClassification; its parameters have those names.
class TextClassifier : public Classifier {
 public:
  // `encoder_name` and `head_name`: what parameter names begin with.
  TextClassifier(std::shared_ptr<TextEncoder> encoder, Linear head,
                 const std::string& encoder_name, const std::string& head_name);

  at::Tensor forward(const ClassifierInput& input,
                     const ForwardContext& context) override {
    return forward(input.tokens, context);
  }
  at::Tensor forward(const TokenBatch& batch, const ForwardContext& context);

  const TextEncoderFacts& facts() const { return encoder_->facts(); }

 private:
  std::shared_ptr<TextEncoder> encoder_;
  Linear head_;
};

struct TextClassifierOptions {
  std::vector<std::string> labels;
  at::Device device = at::kCPU;
  // Unset: the config's.
  std::optional<double> dropout;
  // New parameters are drawn from it.
  int64_t seed = 0;
};

// The pretrained network with its own head or a new one. Errors of
// PretrainedModel::LoadEncoder.
absl::StatusOr<std::shared_ptr<TextClassifier>> LoadTextClassifier(
    const PretrainedModel& pretrained, const TextClassifierOptions& options);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TASKS_TEXT_CLASSIFIER_H_
