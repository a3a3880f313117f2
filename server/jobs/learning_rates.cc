#include <cmath>
#include <string>
#include <vector>

#include "server/jobs/freeze.h"
#include "server/jobs/parameter_pattern.h"

namespace tunesmith::server {
namespace {

using v1::Hyperparameters;
using v1::ModelParameter;

// How many layers lie between a parameter and the head, its own counted.
int Depth(const ModelParameter& parameter, int layer_count) {
  switch (parameter.block()) {
    case ModelParameter::EMBEDDINGS:
      return layer_count + 1;
    case ModelParameter::LAYER:
      return layer_count - parameter.layer();
    default:
      return 0;
  }
}

double GroupFactor(const Hyperparameters& values, const std::string& name) {
  for (const auto& group : values.learning_rate_groups()) {
    if (GlobMatches(group.pattern(), name)) return group.factor();
  }
  return 1;
}

}  // namespace

void ResolveLearningRates(const Hyperparameters& values,
                          const std::string& prefix, FreezeTable& table) {
  double decay = values.has_layer_decay() ? values.layer_decay() : 1;
  std::vector<std::string> names;
  for (v1::ParameterFreeze& row : table.parameters) {
    const ModelParameter& parameter = row.parameter();
    names.push_back(parameter.name());
    if (row.frozen()) continue;
    row.set_learning_rate_factor(
        std::pow(decay, Depth(parameter, table.layer_count)) *
        GroupFactor(values, parameter.name()));
  }
  if (names.empty()) return;
  FieldScope scope(prefix, &table.violations);
  for (int i = 0; i < values.learning_rate_groups_size(); ++i) {
    CheckPatternMatches(values.learning_rate_groups(i).pattern(), names,
                        scope.At("learning_rate_groups", i).At("pattern"));
  }
}

}  // namespace tunesmith::server
