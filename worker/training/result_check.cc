#include "worker/training/result_check.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/models/pretrained.h"
#include "worker/training/device.h"
#include "worker/training/network.h"
#include "worker/training/picture_reader.h"
#include "worker/training/result_probe.h"
#include "worker/training/torch_errors.h"

namespace tunesmith::worker {
namespace {

// Of the largest logit, at least of 1. Sums of other batches differ by less
// than a hundredth of it, other weights or inputs by far more.
constexpr double kRounding = 1e-3;

absl::Status Differs(const std::string& what) {
  return ReasonedError(
      absl::StatusCode::kInternal, "RESULT_DIFFERS",
      absl::StrCat("the files of the finished model, read anew, do not compute "
                   "what was measured: ",
                   what,
                   " (a defect of this program; the model was not kept)"));
}

std::string RowName(const ResultProbe& probe, const Example& example) {
  return absl::StrCat(
      "row ", example.row, " of ",
      probe.split == DataSplit::kTraining ? "training" : "validation", " data");
}

const Example& Measured(const ResultToCheck& result, size_t place) {
  const TrainingInputs& inputs = result.inputs;
  return (result.probe.split == DataSplit::kTraining
              ? inputs.training
              : inputs.validation)[result.probe.samples[place]];
}

absl::Status CheckLabels(const ResultToCheck& result,
                         const PretrainedModel& model) {
  const std::vector<std::string>& labels = model.description().head_labels;
  if (labels == result.inputs.labels) return absl::OkStatus();
  size_t place = 0;
  while (place < std::min(labels.size(), result.inputs.labels.size()) &&
         labels[place] == result.inputs.labels[place]) {
    ++place;
  }
  return Differs(absl::StrCat("labels, from output ", place, " on"));
}

absl::Status CheckTokens(const ResultToCheck& result) {
  for (size_t i = 0; i < result.samples.size(); ++i) {
    const std::vector<int32_t>& anew = result.samples[i].token_ids;
    const std::vector<int32_t>& before = Measured(result, i).token_ids;
    if (anew == before) continue;
    const auto place =
        std::mismatch(anew.begin(), anew.end(), before.begin(), before.end())
            .first -
        anew.begin();
    return Differs(absl::StrCat(
        "tokens of ", RowName(result.probe, result.samples[i]), ", from token ",
        place, " on (", before.size(), " then, ", anew.size(), " now)"));
  }
  return absl::OkStatus();
}

absl::Status CheckPixels(const ResultToCheck& result,
                         const PretrainedModel& model) {
  if (!result.options.pictures.has_value()) return absl::OkStatus();
  const PictureReader before({.transform = result.options.pictures->transform},
                             /*seed=*/0);
  const PictureReader anew(
      {.transform = TransformOf(*model.description().image_input)}, /*seed=*/0);
  std::vector<float> then(before.transform().values());
  std::vector<float> now(anew.transform().values());
  for (size_t i = 0; i < result.samples.size(); ++i) {
    TUNESMITH_RETURN_IF_ERROR(before.Read(Measured(result, i), {}, then));
    TUNESMITH_RETURN_IF_ERROR(anew.Read(result.samples[i], {}, now));
    if (then == now) continue;
    return Differs(absl::StrCat("pixel values of ",
                                RowName(result.probe, result.samples[i])));
  }
  return absl::OkStatus();
}

absl::Status CheckLogits(const ResultToCheck& result,
                         std::span<const float> logits) {
  std::span<const float> before = result.probe.logits;
  if (logits.size() != before.size()) return Differs("the number of logits");
  const size_t classes = logits.size() / result.samples.size();
  for (size_t i = 0; i < result.samples.size(); ++i) {
    double largest = 1;
    double difference = 0;
    for (size_t j = i * classes; j < (i + 1) * classes; ++j) {
      largest = std::max(largest, std::abs(static_cast<double>(before[j])));
      difference = std::max(
          difference, std::abs(static_cast<double>(before[j]) - logits[j]));
    }
    // Also what is not a number.
    if (difference <= kRounding * largest) continue;
    return Differs(absl::StrCat("logits of ",
                                RowName(result.probe, result.samples[i]),
                                ", by ", difference));
  }
  return absl::OkStatus();
}

absl::Status Check(const ResultToCheck& result) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<PretrainedModel> model,
                             PretrainedModel::Open(result.directory));
  TUNESMITH_RETURN_IF_ERROR(CheckLabels(result, *model));
  if (model->description().image_input.has_value()) {
    TUNESMITH_RETURN_IF_ERROR(CheckPixels(result, *model));
  } else {
    TUNESMITH_RETURN_IF_ERROR(CheckTokens(result));
  }
  TUNESMITH_ASSIGN_OR_RETURN(
      at::Device device,
      OpenDevice(result.options.device, result.options.threads));
  const TrainingInputs inputs = {.base_model_directory = result.directory,
                                 .labels = result.inputs.labels,
                                 .training = result.samples,
                                 .validation = {},
                                 .test = {}};
  TrainingOptions options;
  options.epochs = 1;
  options.threads = result.options.threads;
  TUNESMITH_ASSIGN_OR_RETURN(
      Network network,
      LoadNetwork(*model, inputs, options, device, [](const auto&) {}));
  TUNESMITH_ASSIGN_OR_RETURN(
      std::vector<float> logits,
      LogitsOf(network, inputs.training, result.probe.rows_at_once));
  return CheckLogits(result, logits);
}

}  // namespace

absl::Status CheckResult(const ResultToCheck& result) {
  return CatchTorchErrors([&] { return Check(result); });
}

}  // namespace tunesmith::worker
