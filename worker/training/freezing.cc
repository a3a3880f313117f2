#include "worker/training/freezing.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "worker/formats/printable.h"

namespace tunesmith::worker {
namespace {

absl::Status Mismatch(const std::string& message) {
  return ReasonedError(absl::StatusCode::kInvalidArgument,
                       "WEIGHT_NAME_MISMATCH", message);
}

}  // namespace

absl::Status ApplyFreezing(std::span<const ParameterPlan> plan, int64_t epoch,
                           torch::nn::Module& module) {
  std::map<std::string, bool> frozen;
  for (const ParameterPlan& parameter : plan) {
    bool is_frozen = parameter.frozen || parameter.trains_from_epoch > epoch;
    if (!frozen.emplace(parameter.name, is_frozen).second) {
      return Mismatch(absl::StrCat("the freeze plan names ",
                                   Printable(parameter.name), " twice"));
    }
  }
  bool any_trains = false;
  for (auto& item : module.named_parameters()) {
    auto entry = frozen.find(item.key());
    if (entry == frozen.end()) {
      return Mismatch(
          absl::StrCat("the freeze plan lacks the parameter ", item.key()));
    }
    item.value().requires_grad_(!entry->second);
    any_trains = any_trains || !entry->second;
    frozen.erase(entry);
  }
  if (!frozen.empty()) {
    return Mismatch(absl::StrCat("the network has no parameter ",
                                 Printable(frozen.begin()->first)));
  }
  if (any_trains) return absl::OkStatus();
  return ReasonedError(absl::StatusCode::kInvalidArgument, "INVALID_FIELD",
                       "every parameter is frozen: nothing to train");
}

}  // namespace tunesmith::worker
