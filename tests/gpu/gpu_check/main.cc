// Drives the trainer's libraries without server and worker, for the stages of
// tests/gpu/run.
//
//   gpu-check device|train|gradients|profile PLAN
//
// PLAN is a JSON object (see Plan). Prints a JSON object; on failure one with
// "error", and ends with 1; "unimplemented" says that this build cannot do it.

#include <iostream>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "tests/gpu/gpu_check/checks.h"
#include "worker/training/torch_errors.h"

namespace tunesmith::worker {
namespace {

using Check = absl::StatusOr<nlohmann::json> (*)(const Plan&);

absl::StatusOr<nlohmann::json> Run(const std::string& name,
                                   const std::string& text) {
  const std::map<std::string, Check> checks = {{"device", CheckDevice},
                                               {"train", CheckTraining},
                                               {"gradients", CheckGradients},
                                               {"profile", CheckProfile}};
  auto check = checks.find(name);
  if (check == checks.end()) {
    return absl::InvalidArgumentError(absl::StrCat("no check ", name));
  }
  TUNESMITH_ASSIGN_OR_RETURN(Plan plan, ParsePlan(text));
  return CatchTorchErrors([&] { return check->second(plan); });
}

}  // namespace
}  // namespace tunesmith::worker

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: gpu-check device|train|gradients|profile PLAN\n";
    return 2;
  }
  auto result = tunesmith::worker::Run(argv[1], argv[2]);
  if (!result.ok()) {
    nlohmann::json error = {
        {"error", std::string(result.status().message())},
        {"unimplemented", absl::IsUnimplemented(result.status())}};
    std::cout << error << std::endl;
    return 1;
  }
  std::cout << *result << std::endl;
  return 0;
}
