#include "worker/training/environment.h"

#include <set>
#include <vector>

#include "ATen/Context.h"
#include "ATen/Version.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "torch/headeronly/version.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

namespace {

const char* NameOf(Precision precision) {
  switch (precision) {
    case Precision::kFp32:
      return "fp32";
    case Precision::kBf16:
      return "bf16";
    case Precision::kTf32:
      return "tf32";
  }
  return "fp32";
}

// Of a GPU, what its kernels depend on.
void AddGpu(const DeviceDescription& device, const TrainingOptions& options,
            Environment& environment) {
  const at::CUDAHooksInterface& hooks = at::detail::getCUDAHooks();
  environment["compute capability"] = device.compute_capability;
  environment["driver's CUDA"] = device.driver_version;
  environment["CUDA"] = absl::StrCat(hooks.versionCUDART());
  environment["cuDNN"] = absl::StrCat(hooks.versionRuntimeCuDNN());
  environment["matrix products"] = NameOf(options.precision);
  environment["kernels"] = options.deterministic ? "deterministic" : "fastest";
}

}  // namespace

Environment DescribeEnvironment(const TrainingOptions& options) {
  const DeviceDescription device = DescribeDevice(options.device);
  Environment environment = {{"device", device.name},
                             {"instruction set", at::get_cpu_capability()},
                             {"threads", absl::StrCat(options.threads)},
                             {"torch", TORCH_VERSION},
                             {"compiler", __VERSION__}};
  if (options.device != "cpu") AddGpu(device, options, environment);
  return environment;
}

std::string DescribeDifferences(const Environment& before,
                                const Environment& now) {
  auto value = [](const Environment& environment, const std::string& name) {
    auto found = environment.find(name);
    return found == environment.end() ? "unknown" : found->second;
  };
  std::set<std::string> names;
  for (const auto& [name, ignored] : before) names.insert(name);
  for (const auto& [name, ignored] : now) names.insert(name);
  std::vector<std::string> differences;
  for (const std::string& name : names) {
    std::string a = value(before, name), b = value(now, name);
    if (a != b) differences.push_back(absl::StrCat(name, ": ", a, ", now ", b));
  }
  return absl::StrJoin(differences, "; ");
}

}  // namespace tunesmith::worker
