#include "worker/models/weight_matching.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/printable.h"
#include "worker/models/config_reader.h"

namespace tunesmith::worker {
namespace {

absl::Status NameMismatch(std::string_view message) {
  return ReasonedError(absl::StatusCode::kInvalidArgument,
                       "WEIGHT_NAME_MISMATCH", message);
}

// What a tensor of a file is called in the network: prefix added, old endings
// renamed. Nothing for a tensor outside the network.
std::optional<std::string> CanonicalName(const std::string& stored,
                                         const WeightNaming& naming) {
  std::string name = stored;
  if (name.starts_with(naming.prefix)) name.erase(0, naming.prefix.size());
  bool inside = std::any_of(
      naming.roots.begin(), naming.roots.end(),
      [&](const std::string& root) { return name.starts_with(root); });
  if (!inside) return std::nullopt;
  for (const WeightNaming::Rename& rename : naming.renamed_endings) {
    if (!name.ends_with(rename.from)) continue;
    name.replace(name.size() - rename.from.size(), rename.from.size(),
                 rename.to);
    break;
  }
  return naming.prefix + name;
}

bool IsIgnored(const std::string& name, const WeightNaming& naming) {
  return std::any_of(
      naming.ignored_endings.begin(), naming.ignored_endings.end(),
      [&](const std::string& ending) { return name.ends_with(ending); });
}

bool IsOptional(const std::string& name, const WeightNaming& naming) {
  return std::any_of(naming.optional_beginnings.begin(),
                     naming.optional_beginnings.end(),
                     [&](const std::string& beginning) {
                       return name.starts_with(beginning);
                     });
}

absl::Status CheckTensor(const StoredTensor& tensor,
                         const std::vector<int64_t>& shape) {
  if (tensor.type != TensorType::kF32 && tensor.type != TensorType::kF16 &&
      tensor.type != TensorType::kBF16) {
    return UnsupportedModelError(
        absl::StrCat("tensor ", Printable(tensor.name), " has the type ",
                     std::string(TensorTypeName(tensor.type)),
                     " (supported: F32, F16, BF16)"));
  }
  if (tensor.shape == shape) return absl::OkStatus();
  return ReasonedError(
      absl::StatusCode::kInvalidArgument, "WEIGHT_SHAPE_MISMATCH",
      absl::StrCat("tensor ", Printable(tensor.name), " has the shape [",
                   absl::StrJoin(tensor.shape, ", "),
                   "], config.json describes [", absl::StrJoin(shape, ", "),
                   "]"));
}

// Notes a tensor outside the network: a head of ours, or somebody else's.
void AddOutside(const StoredTensor& tensor, const WeightNaming& naming,
                WeightMatch& match) {
  if (tensor.name == naming.head + ".weight") {
    match.head_weight = &tensor;
  } else if (tensor.name == naming.head + ".bias") {
    match.head_bias = &tensor;
  } else {
    match.ignored_tensors.push_back(tensor.name);
  }
}

// A head counts when both parts fit each other; otherwise its tensors are
// ignored.
void CheckHead(WeightMatch& match) {
  const StoredTensor* weight = match.head_weight;
  const StoredTensor* bias = match.head_bias;
  bool complete = weight != nullptr && bias != nullptr &&
                  weight->shape.size() == 2 && bias->shape.size() == 1 &&
                  CheckTensor(*weight, weight->shape).ok() &&
                  CheckTensor(*bias, {weight->shape[0]}).ok();
  if (complete) return;
  for (const StoredTensor* tensor : {weight, bias}) {
    if (tensor != nullptr) match.ignored_tensors.push_back(tensor->name);
  }
  match.head_weight = match.head_bias = nullptr;
}

}  // namespace

absl::StatusOr<WeightMatch> MatchWeights(
    std::span<const ParameterDescription> parameters,
    std::span<const StoredTensor> tensors, const WeightNaming& naming) {
  std::map<std::string, const std::vector<int64_t>*> shapes;
  for (const ParameterDescription& parameter : parameters) {
    shapes.emplace(parameter.name, &parameter.shape);
  }
  WeightMatch match;
  for (const StoredTensor& tensor : tensors) {
    std::optional<std::string> name = CanonicalName(tensor.name, naming);
    if (!name.has_value()) {
      AddOutside(tensor, naming, match);
      continue;
    }
    auto shape = shapes.find(*name);
    if (shape == shapes.end()) {
      if (!IsIgnored(*name, naming)) {
        return NameMismatch(
            absl::StrCat("config.json describes no parameter for tensor ",
                         Printable(tensor.name)));
      }
      match.ignored_tensors.push_back(tensor.name);
      continue;
    }
    TUNESMITH_RETURN_IF_ERROR(CheckTensor(tensor, *shape->second));
    if (!match.sources.emplace(*name, &tensor).second) {
      return NameMismatch(absl::StrCat("two tensors stand for one parameter: ",
                                       Printable(match.sources[*name]->name),
                                       " and ", Printable(tensor.name)));
    }
  }
  for (const ParameterDescription& parameter : parameters) {
    if (match.sources.contains(parameter.name)) continue;
    if (!IsOptional(parameter.name, naming)) {
      return NameMismatch(absl::StrCat("the weights lack the parameter ",
                                       parameter.name,
                                       ", which config.json describes"));
    }
    match.new_parameters.push_back(parameter.name);
  }
  CheckHead(match);
  return match;
}

}  // namespace tunesmith::worker
