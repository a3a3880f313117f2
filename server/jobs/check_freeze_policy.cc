#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/jobs/check_spec.h"
#include "server/jobs/parameter_pattern.h"

namespace tunesmith::server {
namespace {

using v1::FreezePolicy;

constexpr int kMaxPatterns = 256;
constexpr int64_t kMaxEpochsPerStage = 1000;
constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

void CheckPatternList(
    const google::protobuf::RepeatedPtrField<std::string>& patterns,
    std::string_view list, const FieldScope& scope) {
  for (int i = 0; i < patterns.size(); ++i) {
    CheckPattern(patterns[i], scope.At(list, i));
  }
}

void CheckPatterns(const FreezePolicy::Patterns& patterns,
                   const FieldScope& scope) {
  int count = patterns.frozen_size() + patterns.trainable_size();
  if (count == 0 || count > kMaxPatterns) {
    scope.Add("", absl::StrCat("must be 1 to ", kMaxPatterns,
                               " patterns in all, got: ", count));
    return;
  }
  CheckPatternList(patterns.frozen(), "frozen", scope);
  CheckPatternList(patterns.trainable(), "trainable", scope);
}

void CheckGradualUnfreezing(const FreezePolicy::GradualUnfreezing& policy,
                            const FieldScope& scope) {
  if (policy.has_epochs_per_stage()) {
    scope.CheckInteger("epochs_per_stage", policy.epochs_per_stage(), 1,
                       kMaxEpochsPerStage);
  }
  if (policy.has_layers_per_stage()) {
    scope.CheckInteger("layers_per_stage", policy.layers_per_stage(), 1,
                       kNoLimit);
  }
}

}  // namespace

void CheckFreezePolicy(const FreezePolicy& policy, const FieldScope& scope) {
  switch (policy.kind_case()) {
    case FreezePolicy::kFirstLayers:
      scope.At("first_layers")
          .CheckInteger("count", policy.first_layers().count(), 0, kNoLimit);
      break;
    case FreezePolicy::kLastLayersTrainable:
      scope.At("last_layers_trainable")
          .CheckInteger("count", policy.last_layers_trainable().count(), 0,
                        kNoLimit);
      break;
    case FreezePolicy::kPatterns:
      CheckPatterns(policy.patterns(), scope.At("patterns"));
      break;
    case FreezePolicy::kGradualUnfreezing:
      CheckGradualUnfreezing(policy.gradual_unfreezing(),
                             scope.At("gradual_unfreezing"));
      break;
    case FreezePolicy::kHeadFirst:
      if (policy.head_first().has_epochs()) {
        scope.At("head_first")
            .CheckInteger("epochs", policy.head_first().epochs(), 1,
                          kMaxEpochsPerStage);
      }
      break;
    case FreezePolicy::kNone:
    case FreezePolicy::kBackbone:
      break;
    case FreezePolicy::KIND_NOT_SET:
      // It alone goes with what the recipe says.
      if (policy.has_normalization()) break;
      scope.Add("",
                "set one of: none, backbone, first_layers, "
                "last_layers_trainable, patterns, gradual_unfreezing, "
                "head_first");
      break;
  }
}

}  // namespace tunesmith::server
