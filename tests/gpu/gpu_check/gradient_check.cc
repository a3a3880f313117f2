#include <string>
#include <vector>

#include "ATen/ops/abs.h"
#include "ATen/ops/max.h"
#include "ATen/ops/sub.h"
#include "proto/contract/base/status_macros.h"
#include "tests/gpu/gpu_check/checks.h"
#include "tests/gpu/gpu_check/random_inputs.h"
#include "worker/data/batching.h"
#include "worker/models/pretrained.h"
#include "worker/training/batch_gradients.h"
#include "worker/training/device.h"
#include "worker/training/freezing.h"
#include "worker/training/network.h"
#include "worker/training/numerics.h"
#include "worker/training/tensor_file.h"

namespace tunesmith::worker {
namespace {

struct FirstStep {
  double loss = 0;
  // On the host.
  std::vector<NamedTensor> gradients;
};

absl::StatusOr<FirstStep> TakeFirstStep(const Plan& plan,
                                        const TrainingInputs& inputs) {
  TUNESMITH_ASSIGN_OR_RETURN(TrainingOptions options, OptionsOf(plan));
  TUNESMITH_ASSIGN_OR_RETURN(at::Device device,
                             OpenDevice(options.device, options.threads));
  ApplyNumerics(options, device);
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<PretrainedModel> base,
                             PretrainedModel::Open(plan.model));
  TUNESMITH_ASSIGN_OR_RETURN(
      Network network,
      LoadNetwork(*base, inputs, options, device, [](const std::string&) {}));
  TUNESMITH_RETURN_IF_ERROR(
      ApplyFreezing(options.parameters, /*epoch=*/0, *network.model));
  const auto never = [] { return false; };
  std::vector<BatchIndices> batches =
      PlanEpoch(LengthsOf(inputs.training), options.batch_size, options.order,
                options.seed, /*epoch=*/0);
  batches.resize(1);
  TUNESMITH_RETURN_IF_ERROR(network.batches->Expect(
      inputs.training, batches, {.training = true, .epoch = 0}, never));
  BatchGradients gradients(network, inputs.training, options);
  TUNESMITH_ASSIGN_OR_RETURN(
      at::Tensor loss,
      gradients.Add(batches[0], {}, static_cast<size_t>(options.batch_size),
                    never));
  FirstStep step{.loss = loss.item<double>()};
  for (const auto& item : network.model->named_parameters()) {
    step.gradients.push_back({item.key(), item.value().grad().to(at::kCPU)});
  }
  return step;
}

double LargestMagnitude(const at::Tensor& tensor) {
  return tensor.abs().max().item<double>();
}

}  // namespace

absl::StatusOr<nlohmann::json> CheckGradients(const Plan& plan) {
  TUNESMITH_ASSIGN_OR_RETURN(TrainingInputs inputs, RandomInputs(plan));
  Plan on_cpu = plan;
  on_cpu.device = "cpu";
  if (plan.cpu_threads > 0) on_cpu.threads = plan.cpu_threads;
  TUNESMITH_ASSIGN_OR_RETURN(FirstStep expected, TakeFirstStep(on_cpu, inputs));
  TUNESMITH_ASSIGN_OR_RETURN(FirstStep actual, TakeFirstStep(plan, inputs));
  nlohmann::json tensors = nlohmann::json::array();
  for (size_t i = 0; i < expected.gradients.size(); ++i) {
    const at::Tensor& value = expected.gradients[i].value;
    tensors.push_back(
        {{"name", expected.gradients[i].name},
         {"largest", LargestMagnitude(value)},
         {"difference", LargestMagnitude(value - actual.gradients[i].value)}});
  }
  return nlohmann::json{{"cpu_loss", expected.loss},
                        {"device_loss", actual.loss},
                        {"tensors", tensors}};
}

}  // namespace tunesmith::worker
