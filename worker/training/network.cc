#include "worker/training/network.h"

#include "proto/contract/base/status_macros.h"
#include "worker/tasks/text_classifier.h"
#include "worker/training/input_check.h"

namespace tunesmith::worker {

absl::StatusOr<Network> LoadNetwork(const PretrainedModel& base,
                                    const TrainingInputs& inputs,
                                    const TrainingOptions& options,
                                    at::Device device) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::shared_ptr<TextClassifier> model,
      LoadTextClassifier(base, {.labels = inputs.labels,
                                .device = device,
                                .dropout = options.dropout,
                                .seed = options.seed}));
  const TextEncoderFacts& facts = model->facts();
  TUNESMITH_RETURN_IF_ERROR(CheckInputs(inputs, options, facts));
  return Network{std::move(model),
                 std::make_unique<TextBatches>(facts.pad_token_id, device)};
}

}  // namespace tunesmith::worker
