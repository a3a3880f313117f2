#ifndef TUNESMITH_WORKER_MODELS_BERT_FAMILY_H_
#define TUNESMITH_WORKER_MODELS_BERT_FAMILY_H_

#include <memory>
#include <string_view>

#include "worker/models/hugging_face_family.h"

namespace tunesmith::worker {

class BertFamily : public HuggingFaceFamily {
 public:
  std::string_view name() const override { return "bert"; }
  const WeightNaming& naming() const override { return naming_; }

  absl::StatusOr<std::shared_ptr<Encoder>> MakeEncoder(
      const ModelConfig& config, const EncoderOptions& options) const override;

 protected:
  std::string_view classifier_architecture() const override {
    return "BertForSequenceClassification";
  }

 private:
  const WeightNaming naming_ = {
      .prefix = "bert.",
      .roots = {"embeddings.", "encoder.", "pooler."},
      .renamed_endings = {{"LayerNorm.gamma", "LayerNorm.weight"},
                          {"LayerNorm.beta", "LayerNorm.bias"}},
      .ignored_endings = {"embeddings.position_ids",
                          "embeddings.token_type_ids"},
      .optional_beginnings = {"bert.pooler."},
      .head = "classifier"};
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_BERT_FAMILY_H_
