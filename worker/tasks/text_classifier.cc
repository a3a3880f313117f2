#include "worker/tasks/text_classifier.h"

#include <utility>

#include "proto/contract/base/status_macros.h"
#include "worker/kernels/dropout.h"
#include "worker/models/config_reader.h"

namespace tunesmith::worker {

TextClassifier::TextClassifier(std::shared_ptr<TextEncoder> encoder,
                               Linear head, const std::string& encoder_name,
                               const std::string& head_name)
    : encoder_(register_module(encoder_name, std::move(encoder))),
      head_(register_module(head_name, std::move(head))) {}

at::Tensor TextClassifier::forward(const TokenBatch& batch,
                                   const ForwardContext& context) {
  at::Tensor pooled = encoder_->forward(batch, context);
  double probability = context.training ? encoder_->facts().head_dropout : 0.0;
  at::Tensor dropped =
      Dropout(pooled, probability, context.Site(kHeadDropoutSite));
  return head_(dropped).to(at::kFloat);
}

absl::StatusOr<std::shared_ptr<TextClassifier>> LoadTextClassifier(
    const PretrainedModel& pretrained, const TextClassifierOptions& options) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::shared_ptr<Encoder> loaded,
      pretrained.LoadEncoder(options.device, options.dropout, options.seed));
  auto encoder = std::dynamic_pointer_cast<TextEncoder>(loaded);
  if (encoder == nullptr) {
    return UnsupportedModelError("a network of pictures cannot read texts");
  }
  Linear head = pretrained.LoadClassifier(*encoder, options.labels,
                                          options.device, options.seed);
  const WeightNaming& naming = pretrained.family().naming();
  // Module names have no dot at their end.
  std::string encoder_name = naming.prefix.substr(0, naming.prefix.size() - 1);
  return std::make_shared<TextClassifier>(std::move(encoder), std::move(head),
                                          encoder_name, naming.head);
}

}  // namespace tunesmith::worker
