#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/jobs/check_spec.h"

namespace tunesmith::server {
namespace {

using v1::FreezePolicy;

constexpr int kMaxPatterns = 256;
constexpr size_t kMaxPatternBytes = 256;
constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

void CheckPatternList(
    const google::protobuf::RepeatedPtrField<std::string>& patterns,
    std::string_view list, const FieldScope& scope) {
  for (int i = 0; i < patterns.size(); ++i) {
    if (patterns[i].empty()) {
      scope.At(list, i).Add("", "a pattern must not be empty");
    } else if (patterns[i].size() > kMaxPatternBytes) {
      scope.At(list, i).Add("",
                            absl::StrCat("must be at most ", kMaxPatternBytes,
                                         " bytes, got: ", patterns[i].size()));
    }
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
    case FreezePolicy::kNone:
    case FreezePolicy::kBackbone:
      break;
    case FreezePolicy::KIND_NOT_SET:
      scope.Add("",
                "set one of: none, backbone, first_layers, "
                "last_layers_trainable, patterns");
      break;
  }
}

}  // namespace tunesmith::server
