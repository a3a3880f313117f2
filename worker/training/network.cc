#include "worker/training/network.h"

#include <utility>

#include "proto/contract/base/status_macros.h"
#include "worker/tasks/image_classifier.h"
#include "worker/tasks/text_classifier.h"
#include "worker/training/input_check.h"
#include "worker/training/picture_batches.h"

namespace tunesmith::worker {
namespace {

absl::StatusOr<Network> LoadTextNetwork(const PretrainedModel& base,
                                        const TrainingInputs& inputs,
                                        const ClassifierOptions& options) {
  TUNESMITH_ASSIGN_OR_RETURN(std::shared_ptr<TextClassifier> model,
                             LoadTextClassifier(base, options));
  const TextEncoderFacts& facts = model->facts();
  TUNESMITH_RETURN_IF_ERROR(CheckTexts(inputs, facts));
  auto batches =
      std::make_unique<TextBatches>(facts.pad_token_id, options.device);
  return Network{std::move(model), std::move(batches)};
}

absl::StatusOr<Network> LoadImageNetwork(const PretrainedModel& base,
                                         const TrainingInputs& inputs,
                                         const ClassifierOptions& options,
                                         size_t threads) {
  TUNESMITH_ASSIGN_OR_RETURN(std::shared_ptr<ImageClassifier> model,
                             LoadImageClassifier(base, options));
  TUNESMITH_RETURN_IF_ERROR(CheckPictures(inputs));
  auto batches = std::make_unique<PictureBatches>(
      PictureReader(model->facts().input), threads, options.device);
  return Network{std::move(model), std::move(batches)};
}

}  // namespace

absl::StatusOr<Network> LoadNetwork(const PretrainedModel& base,
                                    const TrainingInputs& inputs,
                                    const TrainingOptions& options,
                                    at::Device device) {
  TUNESMITH_RETURN_IF_ERROR(CheckInputs(inputs, options));
  const ClassifierOptions classifier = {.labels = inputs.labels,
                                        .device = device,
                                        .dropout = options.dropout,
                                        .seed = options.seed};
  if (!base.description().image_input.has_value()) {
    return LoadTextNetwork(base, inputs, classifier);
  }
  return LoadImageNetwork(base, inputs, classifier,
                          static_cast<size_t>(options.threads));
}

}  // namespace tunesmith::worker
