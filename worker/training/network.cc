#include "worker/training/network.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/augmentation/describe.h"
#include "worker/tasks/image_classifier.h"
#include "worker/tasks/text_classifier.h"
#include "worker/training/environment.h"
#include "worker/training/feature_batches.h"
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
                                         const TrainingOptions& options,
                                         const ClassifierOptions& classifier) {
  TUNESMITH_ASSIGN_OR_RETURN(std::shared_ptr<ImageClassifier> model,
                             LoadImageClassifier(base, classifier));
  TUNESMITH_RETURN_IF_ERROR(CheckPictures(inputs));
  PictureOptions pictures = options.pictures.value_or(
      PictureOptions{.transform = TransformOf(model->facts().input)});
  auto batches = std::make_unique<PictureBatches>(
      PictureReader(std::move(pictures), options.seed),
      static_cast<size_t>(options.threads), classifier.device);
  return Network{std::move(model), std::move(batches)};
}

bool IsVaried(const TrainingOptions& options) {
  return options.pictures.has_value() &&
         !options.pictures->augmentation.operations.empty();
}

// What features depend on besides weights and samples, as a text.
std::string Circumstances(const PretrainedModel& base,
                          const TrainingOptions& options) {
  std::string text = absl::StrCat(base.config().dump(), "\n");
  if (const auto& input = base.description().image_input) {
    PictureOptions pictures = options.pictures.value_or(
        PictureOptions{.transform = TransformOf(*input)});
    absl::StrAppend(&text, Describe(pictures.transform), "\n");
    if (IsVaried(options)) {
      absl::StrAppend(&text, options.seed, "\n",
                      Describe(pictures.augmentation));
    }
  }
  for (const auto& [name, value] : DescribeEnvironment(options)) {
    absl::StrAppend(&text, "\n", name, ": ", value);
  }
  return text;
}

}  // namespace

absl::StatusOr<Network> LoadNetwork(const PretrainedModel& base,
                                    const TrainingInputs& inputs,
                                    const TrainingOptions& options,
                                    at::Device device, const NetworkLog& log) {
  TUNESMITH_RETURN_IF_ERROR(CheckInputs(inputs, options));
  const ClassifierOptions classifier = {.labels = inputs.labels,
                                        .device = device,
                                        .dropout = options.dropout,
                                        .seed = options.seed};
  TUNESMITH_ASSIGN_OR_RETURN(
      Network network, base.description().image_input.has_value()
                           ? LoadImageNetwork(base, inputs, options, classifier)
                           : LoadTextNetwork(base, inputs, classifier));
  network.batches = std::make_unique<FeatureBatches>(
      network.model, std::move(network.batches),
      FeatureBatches::Options{.features = options.features,
                              .precision = options.precision,
                              .varied = IsVaried(options),
                              .circumstances = Circumstances(base, options)},
      log);
  return network;
}

}  // namespace tunesmith::worker
