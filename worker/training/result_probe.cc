#include "worker/training/result_probe.h"

#include <algorithm>
#include <numeric>

#include "ATen/core/grad_mode.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/batching.h"
#include "worker/training/autocast.h"
#include "worker/training/batch_maker.h"
#include "worker/training/device.h"
#include "worker/training/torch_errors.h"

namespace tunesmith::worker {
namespace {

// Samples of a probe. Pictures cost more than texts.
constexpr size_t kProbedTexts = 32;
constexpr size_t kProbedPictures = 8;
// That go through the network at once, where they fit.
constexpr int kRowsAtOnce = 8;

absl::StatusOr<std::vector<float>> LogitsInParts(
    const Network& network, std::span<const Example> examples,
    int rows_at_once) {
  at::NoGradGuard no_gradients;
  const PrecisionGuard precision(network.batches->device(), Precision::kFp32);
  const std::vector<BatchIndices> batches =
      PlanEvaluation(LengthsOf(examples), rows_at_once);
  TUNESMITH_RETURN_IF_ERROR(
      network.batches->Expect(examples, batches, {}, [] { return false; }));
  std::vector<float> logits;
  for (const BatchIndices& indices : batches) {
    TUNESMITH_ASSIGN_OR_RETURN(LabelledBatch batch,
                               network.batches->Make(examples, indices, {}));
    const at::Tensor logits_BC =
        network.model->forward(batch.input, {}).to(at::kCPU).contiguous();
    const size_t classes = static_cast<size_t>(logits_BC.size(1));
    logits.resize(examples.size() * classes);
    const float* row = logits_BC.const_data_ptr<float>();
    for (int32_t index : indices) {
      std::copy_n(row, classes,
                  logits.begin() + static_cast<ptrdiff_t>(
                                       static_cast<size_t>(index) * classes));
      row += classes;
    }
  }
  return logits;
}

}  // namespace

absl::StatusOr<std::vector<float>> LogitsOf(const Network& network,
                                            std::span<const Example> examples,
                                            int max_rows) {
  for (int rows = max_rows;; rows = (rows + 1) / 2) {
    absl::StatusOr<std::vector<float>> logits = CatchTorchErrors(
        [&] { return LogitsInParts(network, examples, rows); });
    if (rows == 1 || !IsOutOfMemory(logits.status())) return logits;
    ReleaseCachedMemory(network.batches->device());
  }
}

absl::StatusOr<ResultProbe> ProbeResult(const Network& network,
                                        const TrainingInputs& inputs,
                                        int max_rows) {
  ResultProbe probe;
  probe.split =
      inputs.validation.empty() ? DataSplit::kTraining : DataSplit::kValidation;
  const std::vector<Example>& examples =
      inputs.validation.empty() ? inputs.training : inputs.validation;
  const bool of_pictures = examples.front().picture.archive != nullptr;
  std::vector<size_t> places(examples.size());
  std::iota(places.begin(), places.end(), 0);
  // Rows at the beginning of a file are read soonest.
  const size_t count =
      std::min(places.size(), of_pictures ? kProbedPictures : kProbedTexts);
  std::partial_sort(places.begin(),
                    places.begin() + static_cast<ptrdiff_t>(count),
                    places.end(), [&examples](size_t a, size_t b) {
                      return examples[a].row < examples[b].row;
                    });
  places.resize(count);
  probe.samples = std::move(places);
  std::vector<Example> samples;
  for (size_t place : probe.samples) samples.push_back(examples[place]);
  probe.rows_at_once = std::min(max_rows, kRowsAtOnce);
  TUNESMITH_ASSIGN_OR_RETURN(probe.logits,
                             LogitsOf(network, samples, probe.rows_at_once));
  return probe;
}

}  // namespace tunesmith::worker
