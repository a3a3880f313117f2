#include <sys/resource.h>

#include <filesystem>

#include "absl/time/time.h"
#include "c10/core/CachingDeviceAllocator.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/base/status_macros.h"
#include "tests/gpu/gpu_check/checks.h"
#include "tests/gpu/gpu_check/training.h"
#include "tests/worker/scratch_directory.h"
#include "worker/training/device.h"

namespace tunesmith::worker {
namespace {

// The most that the process held of the device's memory.
absl::StatusOr<int64_t> PeakBytes(const Plan& plan) {
  TUNESMITH_ASSIGN_OR_RETURN(at::Device device,
                             OpenDevice(plan.device, plan.threads));
  if (device.is_cpu()) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return int64_t{usage.ru_maxrss} << 10;
  }
  // The first entry is the sum over pools.
  return at::getDeviceAllocator(device.type())
      ->getDeviceStats(device.index())
      .reserved_bytes[0]
      .peak;
}

// Without the first step, which makes the libraries ready.
double SecondsPerStep(const TrainingResult& result, size_t steps) {
  absl::Duration rest =
      result.training_time - (result.first_step_time - result.first_batch_time);
  return steps > 1
             ? absl::ToDoubleSeconds(rest) / static_cast<double>(steps - 1)
             : 0;
}

nlohmann::json Values(const std::map<int64_t, double>& by_step) {
  nlohmann::json values = nlohmann::json::array();
  for (const auto& [step, value] : by_step) values.push_back(value);
  return values;
}

}  // namespace

absl::StatusOr<nlohmann::json> CheckTraining(const Plan& plan) {
  ScratchDirectory output;
  Plan placed = plan;
  if (placed.output.empty()) placed.output = output.path();
  RunObserver observer;
  TUNESMITH_ASSIGN_OR_RETURN(TrainingResult result,
                             TrainAsPlanned(placed, observer));
  TUNESMITH_ASSIGN_OR_RETURN(int64_t peak, PeakBytes(plan));
  nlohmann::json microbatches = nlohmann::json::array();
  for (const Microbatch& microbatch : observer.microbatches) {
    microbatches.push_back(
        {{"from_step", microbatch.from_step}, {"rows", microbatch.rows}});
  }
  const double seconds = SecondsPerStep(result, observer.losses.size());
  nlohmann::json facts = {
      {"finished", result.finished},
      {"steps", result.steps},
      {"losses", Values(observer.losses)},
      {"gradient_norms", Values(observer.gradient_norms)},
      {"skipped_steps", observer.skipped_steps},
      {"microbatches", microbatches},
      {"environment_changes", observer.environment_changes},
      {"failures", observer.failures},
      {"first_step_seconds",
       absl::ToDoubleSeconds(result.first_step_time - result.first_batch_time)},
      {"seconds_per_step", seconds},
      {"examples_per_second", seconds > 0 ? plan.batch_size / seconds : 0},
      {"peak_bytes", peak}};
  if (result.finished) {
    TUNESMITH_ASSIGN_OR_RETURN(
        FileDigest digest, DigestFile(placed.output + "/model.safetensors"));
    facts["weights_sha256"] = digest.sha256;
  }
  return facts;
}

}  // namespace tunesmith::worker
