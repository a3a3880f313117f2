#include "worker/tasks/classifier.h"

#include <utility>

#include "worker/kernels/dropout.h"
#include "worker/models/layers.h"
#include "worker/models/module_path.h"

namespace tunesmith::worker {

at::Tensor Classifier::forward(const ClassifierInput& input,
                               const ForwardContext& context) {
  at::Tensor features =
      input.features.defined() ? input.features : Features(input, context);
  double probability = context.training ? encoder_->facts().head_dropout : 0.0;
  at::Tensor dropped =
      Dropout(features, probability, context.Site(kHeadDropoutSite));
  return head_(dropped).to(at::kFloat);
}

bool Classifier::BodyTrains() const { return AnyTrains(*encoder_); }

void Classifier::Register(std::shared_ptr<Encoder> encoder, Head head,
                          const WeightNaming& naming) {
  if (naming.prefix.empty()) {
    for (const auto& child : encoder->named_children()) {
      register_module(child.key(), child.value());
    }
  } else {
    // Module names have no dot at their end.
    register_module(naming.prefix.substr(0, naming.prefix.size() - 1), encoder);
  }
  RegisterAt(*this, naming.head, head.ptr());
  encoder_ = std::move(encoder);
  head_ = std::move(head);
}

}  // namespace tunesmith::worker
