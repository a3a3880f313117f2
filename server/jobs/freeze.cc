#include "server/jobs/freeze.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/jobs/field_scope.h"
#include "server/jobs/parameter_pattern.h"

namespace tunesmith::server {
namespace {

using v1::FreezePolicy;
using v1::ModelParameter;

int LayerCount(const std::vector<ModelParameter>& parameters) {
  int count = 0;
  for (const ModelParameter& parameter : parameters) {
    if (parameter.block() == ModelParameter::LAYER) {
      count = std::max(count, parameter.layer() + 1);
    }
  }
  return count;
}

// What a policy says of one parameter.
struct Verdict {
  bool frozen = false;
  std::string rule;
  int trains_from_epoch = 0;
};

// Network and head from input to output, the head's shapes completed.
std::vector<ModelParameter> AllParameters(const internal::v1::ModelFacts& facts,
                                          v1::TaskType task, int label_count) {
  std::vector<ModelParameter> all(facts.parameters().begin(),
                                  facts.parameters().end());
  for (const v1::TaskHead& head : facts.heads()) {
    if (head.task() != task) continue;
    for (ModelParameter parameter : head.parameters()) {
      for (int64_t& extent : *parameter.mutable_shape()) {
        if (extent == 0) extent = label_count;
      }
      all.push_back(std::move(parameter));
    }
  }
  return all;
}

Verdict JudgeFirstLayers(const FreezePolicy::FirstLayers& policy,
                         const ModelParameter& parameter) {
  if (parameter.block() == ModelParameter::EMBEDDINGS) {
    bool frozen = !policy.has_embeddings() || policy.embeddings();
    return {frozen, "first_layers.embeddings"};
  }
  bool frozen = parameter.block() == ModelParameter::LAYER &&
                parameter.layer() < policy.count();
  return {frozen, "first_layers.count"};
}

Verdict JudgeLastLayers(const FreezePolicy::LastLayersTrainable& policy,
                        const ModelParameter& parameter, int layer_count) {
  bool below = parameter.block() == ModelParameter::EMBEDDINGS ||
               (parameter.block() == ModelParameter::LAYER &&
                parameter.layer() < layer_count - policy.count());
  return {below, "last_layers_trainable"};
}

// Index of the first pattern that matches, or -1.
int FirstMatch(const google::protobuf::RepeatedPtrField<std::string>& patterns,
               const std::string& name) {
  for (int i = 0; i < patterns.size(); ++i) {
    if (GlobMatches(patterns[i], name)) return i;
  }
  return -1;
}

std::string PatternRule(std::string_view list, int index,
                        const std::string& pattern) {
  return absl::StrCat("patterns.", std::string(list), "[", index, "] \"",
                      pattern, "\"");
}

Verdict JudgePatterns(const FreezePolicy::Patterns& policy,
                      const ModelParameter& parameter) {
  if (int i = FirstMatch(policy.trainable(), parameter.name()); i >= 0) {
    return {false, PatternRule("trainable", i, policy.trainable(i))};
  }
  if (int i = FirstMatch(policy.frozen(), parameter.name()); i >= 0) {
    return {true, PatternRule("frozen", i, policy.frozen(i))};
  }
  if (policy.frozen().empty()) {
    return {true, "patterns.trainable: none matches"};
  }
  return {false, "patterns: none matches"};
}

Verdict JudgeGradualUnfreezing(const FreezePolicy::GradualUnfreezing& policy,
                               const ModelParameter& parameter,
                               int layer_count) {
  int per_stage = std::max(1, policy.layers_per_stage());
  auto epoch_of = [&policy](int stage) {
    return stage * std::max(1, policy.epochs_per_stage());
  };
  if (parameter.block() == ModelParameter::LAYER) {
    int above = layer_count - 1 - parameter.layer();
    return {false, "gradual_unfreezing", epoch_of(1 + above / per_stage)};
  }
  if (parameter.block() == ModelParameter::EMBEDDINGS) {
    bool frozen = policy.has_embeddings() && !policy.embeddings();
    int stages = (layer_count + per_stage - 1) / per_stage;
    return {frozen, "gradual_unfreezing.embeddings",
            frozen ? 0 : epoch_of(1 + stages)};
  }
  return {false, "gradual_unfreezing"};
}

Verdict JudgeHeadFirst(const FreezePolicy::HeadFirst& policy,
                       const ModelParameter& parameter) {
  const bool head = parameter.block() == ModelParameter::HEAD;
  return {false, "head_first", head ? 0 : std::max(1, policy.epochs())};
}

Verdict Judge(const FreezePolicy& policy, const ModelParameter& parameter,
              int layer_count) {
  switch (policy.kind_case()) {
    case FreezePolicy::kBackbone:
      return {parameter.block() != ModelParameter::HEAD, "backbone"};
    case FreezePolicy::kFirstLayers:
      return JudgeFirstLayers(policy.first_layers(), parameter);
    case FreezePolicy::kLastLayersTrainable:
      return JudgeLastLayers(policy.last_layers_trainable(), parameter,
                             layer_count);
    case FreezePolicy::kPatterns:
      return JudgePatterns(policy.patterns(), parameter);
    case FreezePolicy::kGradualUnfreezing:
      return JudgeGradualUnfreezing(policy.gradual_unfreezing(), parameter,
                                    layer_count);
    case FreezePolicy::kHeadFirst:
      return JudgeHeadFirst(policy.head_first(), parameter);
    case FreezePolicy::kNone:
    case FreezePolicy::KIND_NOT_SET:
      break;
  }
  return {false, "none"};
}

void CheckPatterns(
    const google::protobuf::RepeatedPtrField<std::string>& patterns,
    const std::vector<ModelParameter>& parameters, const FieldScope& scope,
    std::string_view list) {
  std::vector<std::string> names;
  for (const ModelParameter& parameter : parameters) {
    names.push_back(parameter.name());
  }
  for (int i = 0; i < patterns.size(); ++i) {
    CheckPatternMatches(patterns[i], names, scope.At(list, i));
  }
}

void CheckFit(const FreezePolicy& policy,
              const std::vector<ModelParameter>& parameters, int layers,
              const FieldScope& scope) {
  if (policy.has_first_layers()) {
    scope.At("first_layers")
        .CheckInteger("count", policy.first_layers().count(), 0, layers);
  }
  if (policy.has_last_layers_trainable()) {
    scope.At("last_layers_trainable")
        .CheckInteger("count", policy.last_layers_trainable().count(), 0,
                      layers);
  }
  if (policy.has_gradual_unfreezing() &&
      policy.gradual_unfreezing().has_layers_per_stage()) {
    scope.At("gradual_unfreezing")
        .CheckInteger("layers_per_stage",
                      policy.gradual_unfreezing().layers_per_stage(), 1,
                      layers);
  }
  if (policy.has_patterns()) {
    FieldScope patterns = scope.At("patterns");
    CheckPatterns(policy.patterns().frozen(), parameters, patterns, "frozen");
    CheckPatterns(policy.patterns().trainable(), parameters, patterns,
                  "trainable");
  }
}

}  // namespace

FreezeTable ResolveFreeze(const FreezePolicy& policy,
                          const internal::v1::ModelFacts& facts,
                          v1::TaskType task, int label_count,
                          const std::string& prefix) {
  FreezeTable table;
  FieldScope scope(prefix, &table.violations);
  std::vector<ModelParameter> parameters =
      AllParameters(facts, task, label_count);
  table.layer_count = LayerCount(parameters);
  CheckFit(policy, parameters, table.layer_count, scope);
  if (!table.violations.empty()) return table;

  bool trains = false;
  for (ModelParameter& parameter : parameters) {
    Verdict verdict = Judge(policy, parameter, table.layer_count);
    if (policy.normalization() && parameter.normalization() &&
        !verdict.frozen) {
      verdict = {true, "normalization"};
    }
    trains |= !verdict.frozen;
    v1::ParameterFreeze& row = table.parameters.emplace_back();
    row.set_frozen(verdict.frozen);
    row.set_rule(std::move(verdict.rule));
    row.set_trains_from_epoch(verdict.trains_from_epoch);
    *row.mutable_parameter() = std::move(parameter);
  }
  if (!trains) {
    scope.Add("", "leaves nothing to train: every parameter is frozen");
    table.parameters.clear();
  }
  return table;
}

}  // namespace tunesmith::server
