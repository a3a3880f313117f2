#include "worker/training/run_costs.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "worker/models/head.h"
#include "worker/models/image_layers.h"
#include "worker/models/layers.h"
#include "worker/training/batch_maker.h"
#include "worker/training/microbatch_plan.h"

namespace tunesmith::worker {
namespace {

// Measured with MiniLM on a CPU, against the forward pass of one token, whose
// cost is one for each weight. A backward pass has two such products, which
// take a little longer.
constexpr double kBackwardFactor = 1.15;
// The optimizer's update of a parameter takes as long as so many tokens.
constexpr double kUpdateTokens = 85;
// What a step does besides, likewise.
constexpr double kStepTokens = 30;
// To write and to hash a result or a checkpoint.
constexpr double kSavedBytesPerSecond = 500e6;

// The weights that every token is multiplied by; those of a convolution, which
// a picture meets at many places, as if there were one place.
std::set<std::string> LinearWeights(const torch::nn::Module& model) {
  std::set<std::string> names;
  for (const auto& module : model.named_modules()) {
    const torch::nn::Module& layer = *module.value();
    if (layer.as<LinearImpl>() != nullptr ||
        layer.as<Conv2dImpl>() != nullptr || layer.as<HeadImpl>() != nullptr) {
      names.insert(absl::StrCat(module.key(), ".weight"));
    }
  }
  return names;
}

bool BodyTrains(int64_t epoch, const Classifier& model,
                const std::map<std::string, int64_t>& training_epochs) {
  size_t training = 0;
  for (const auto& [name, from] : training_epochs) training += from <= epoch;
  return training >
         model.parameters().size() - model.encoder().parameters().size();
}

StepCost CostIn(int64_t epoch, const Classifier& model,
                const std::set<std::string>& linear_weights,
                const std::map<std::string, int64_t>& training_epochs) {
  // While only the head trains, what is below it is not run.
  bool runs = BodyTrains(epoch, model, training_epochs);
  double forward = 0;
  double backward = 0;
  double updates = 0;
  // Gradients go back as far as the first parameter that trains; networks
  // register theirs in the order of the computation.
  bool reached = false;
  for (const auto& parameter : model.named_parameters()) {
    auto found = training_epochs.find(parameter.key());
    bool trains = found != training_epochs.end() && found->second <= epoch;
    reached = reached || trains;
    double size = static_cast<double>(parameter.value().numel());
    if (trains) updates += size;
    if (!linear_weights.contains(parameter.key())) continue;
    if (!runs && !trains) continue;
    forward += size;
    if (reached) backward += size;
    if (trains) backward += size;
  }
  return {.per_token = forward + kBackwardFactor * backward,
          .fixed = kStepTokens * forward + kUpdateTokens * updates};
}

int64_t EvaluationTokens(std::span<const Example> examples, int rows) {
  std::vector<int32_t> lengths = LengthsOf(examples);
  return PaddedTokens(lengths, PlanEvaluation(lengths, rows));
}

}  // namespace

RunCosts PlanCosts(const Classifier& model, const TrainingInputs& inputs,
                   const TrainingOptions& options) {
  std::map<std::string, int64_t> training_epochs;
  std::set<int64_t> stages = {0};
  for (const ParameterPlan& parameter : options.parameters) {
    if (parameter.frozen) continue;
    training_epochs[parameter.name] = parameter.trains_from_epoch;
    stages.insert(parameter.trains_from_epoch);
  }
  const std::set<std::string> linear_weights = LinearWeights(model);
  RunCosts costs;
  for (int64_t epoch : stages) {
    costs.steps[epoch] = CostIn(epoch, model, linear_weights, training_epochs);
  }
  // In the end.
  const bool runs = BodyTrains(*stages.rbegin(), model, training_epochs);
  double bytes = 0;
  double trained_bytes = 0;
  for (const auto& parameter : model.named_parameters()) {
    double size = static_cast<double>(parameter.value().numel());
    size_t element = parameter.value().element_size();
    bytes += size * static_cast<double>(element);
    if (training_epochs.contains(parameter.key())) {
      trained_bytes += size * static_cast<double>(element);
    }
    if (linear_weights.contains(parameter.key()) &&
        (runs || training_epochs.contains(parameter.key()))) {
      costs.evaluation_per_token += size;
    }
  }
  std::vector<int32_t> lengths = LengthsOf(inputs.training);
  costs.training_tokens = PaddedTokens(
      lengths, PlanEpoch(lengths, options.batch_size, options.order,
                         options.seed, /*epoch=*/0));
  int rows = MicrobatchPlan(options.batch_size, {}).EvaluationRowsAt(0);
  costs.validation_tokens = EvaluationTokens(inputs.validation, rows);
  costs.test_tokens = EvaluationTokens(inputs.test, rows);
  costs.saving = absl::Seconds(bytes / kSavedBytesPerSecond);
  if (options.checkpoints.at_end) {
    // The model and two moments of what trains.
    costs.last_checkpoint =
        absl::Seconds((bytes + 2 * trained_bytes) / kSavedBytesPerSecond);
  }
  return costs;
}

int64_t PaddedTokens(std::span<const int32_t> lengths,
                     std::span<const BatchIndices> batches) {
  int64_t tokens = 0;
  for (const BatchIndices& batch : batches) {
    int32_t longest = 0;
    for (int32_t index : batch) {
      longest = std::max(longest, lengths[static_cast<size_t>(index)]);
    }
    tokens += longest * static_cast<int64_t>(batch.size());
  }
  return tokens;
}

}  // namespace tunesmith::worker
