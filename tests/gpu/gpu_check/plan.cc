#include "tests/gpu/gpu_check/plan.h"

#include <exception>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/models/description.h"

namespace tunesmith::worker {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(
    Plan, model, examples, validation, labels, min_length, max_length,
    picture_size, device, precision, deterministic, threads, cpu_threads, seed,
    steps, batch_size, learning_rate, dropout, microbatch, microbatch_from,
    output, checkpoints, stop_after, resume, profile_after)

namespace {

absl::StatusOr<Precision> PrecisionOf(const std::string& name) {
  if (name == "fp32") return Precision::kFp32;
  if (name == "bf16") return Precision::kBf16;
  if (name == "tf32") return Precision::kTf32;
  return absl::UnimplementedError(absl::StrCat("no precision ", name));
}

absl::StatusOr<std::vector<ParameterPlan>> EverythingTrains(
    const std::string& model) {
  TUNESMITH_ASSIGN_OR_RETURN(ModelDescription description,
                             DescribeModel(model));
  std::vector<ParameterPlan> parameters;
  for (const auto* list : {&description.parameters, &description.head}) {
    for (const ParameterDescription& parameter : *list) {
      parameters.push_back({.name = parameter.name});
    }
  }
  return parameters;
}

}  // namespace

absl::StatusOr<Plan> ParsePlan(const std::string& text) {
  try {
    return nlohmann::json::parse(text).get<Plan>();
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(error.what());
  }
}

absl::StatusOr<TrainingOptions> OptionsOf(const Plan& plan) {
  TrainingOptions options;
  TUNESMITH_ASSIGN_OR_RETURN(options.precision, PrecisionOf(plan.precision));
  TUNESMITH_ASSIGN_OR_RETURN(options.parameters, EverythingTrains(plan.model));
  options.deterministic = plan.deterministic;
  options.device = plan.device;
  options.threads = plan.threads;
  options.seed = plan.seed;
  options.max_steps = plan.steps;
  if (plan.stop_after > 0) options.last_step = plan.stop_after;
  options.batch_size = plan.batch_size;
  if (plan.microbatch > 0) {
    options.microbatches = {
        {.from_step = plan.microbatch_from, .rows = plan.microbatch}};
  }
  options.learning_rate = plan.learning_rate;
  options.dropout = plan.dropout;
  options.order = BatchOrder::kShuffled;
  options.evaluate_baseline = false;
  return options;
}

}  // namespace tunesmith::worker
