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
#include "worker/models/parameter_values.h"

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

// What a tensor of the network has to be.
struct Place {
  const std::vector<int64_t>* shape = nullptr;
  bool is_counter = false;
};

absl::Status CheckTensor(const StoredTensor& tensor, const Place& place) {
  const std::vector<int64_t>& shape = *place.shape;
  if (place.is_counter ? tensor.type != TensorType::kI64
                       : !IsNetworkFloat(tensor.type)) {
    return UnsupportedModelError(absl::StrCat(
        "tensor ", Printable(tensor.name), " has the type ",
        std::string(TensorTypeName(tensor.type)),
        " (supported: ", place.is_counter ? "I64" : "F32, F16, BF16", ")"));
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

// A head counts when both parts fit each other and the network; otherwise its
// tensors are ignored.
void CheckHead(std::vector<int64_t> shape, WeightMatch& match) {
  const StoredTensor* weight = match.head_weight;
  const StoredTensor* bias = match.head_bias;
  if (weight != nullptr && bias != nullptr && !weight->shape.empty()) {
    shape[0] = weight->shape[0];
    const std::vector<int64_t> count = {shape[0]};
    if (CheckTensor(*weight, {&shape}).ok() &&
        CheckTensor(*bias, {&count}).ok()) {
      return;
    }
  }
  for (const StoredTensor* tensor : {weight, bias}) {
    if (tensor != nullptr) match.ignored_tensors.push_back(tensor->name);
  }
  match.head_weight = match.head_bias = nullptr;
}

std::map<std::string, Place> PlacesOf(const NetworkTensors& network) {
  std::map<std::string, Place> places;
  for (const ParameterDescription& parameter : network.parameters) {
    places[parameter.name] = {&parameter.shape};
  }
  for (const ParameterDescription& buffer : network.buffers) {
    places[buffer.name] = {&buffer.shape};
  }
  for (const ParameterDescription& counter : network.counters) {
    places[counter.name] = {&counter.shape, /*is_counter=*/true};
  }
  return places;
}

// Whether each parameter and buffer has a source, unless it need not.
absl::Status CheckComplete(const NetworkTensors& network,
                           const WeightNaming& naming, WeightMatch& match) {
  for (const ParameterDescription& parameter : network.parameters) {
    if (match.sources.contains(parameter.name)) continue;
    if (!IsOptional(parameter.name, naming)) {
      return NameMismatch(absl::StrCat("the weights lack the parameter ",
                                       parameter.name,
                                       ", which config.json describes"));
    }
    match.new_parameters.push_back(parameter.name);
  }
  for (const ParameterDescription& buffer : network.buffers) {
    if (match.sources.contains(buffer.name)) continue;
    return NameMismatch(absl::StrCat("the weights lack the buffer ",
                                     buffer.name,
                                     ", which config.json describes"));
  }
  return absl::OkStatus();
}

// Whether a name's first part is of the network or its head.
bool IsKnownPart(const std::string& part, const WeightNaming& naming) {
  if (naming.prefix.starts_with(part)) return true;
  if ((naming.head + ".").starts_with(part)) return true;
  return std::any_of(
      naming.roots.begin(), naming.roots.end(),
      [&part](const std::string& root) { return root.starts_with(part); });
}

}  // namespace

absl::StatusOr<std::string> StripWrapper(const WeightNaming& naming,
                                         WeightFiles& weights) {
  const std::vector<StoredTensor>& tensors = weights.tensors();
  if (tensors.empty()) return "";
  std::string wrapper;
  while (true) {
    const std::string& name = tensors.front().name;
    const size_t dot = name.find('.', wrapper.size());
    if (dot == std::string::npos) break;
    const std::string longer = name.substr(0, dot + 1);
    const bool shared = std::all_of(tensors.begin(), tensors.end(),
                                    [&longer](const StoredTensor& tensor) {
                                      return tensor.name.starts_with(longer);
                                    });
    if (!shared || IsKnownPart(longer.substr(wrapper.size()), naming)) break;
    wrapper = longer;
  }
  if (wrapper.empty()) return "";
  TUNESMITH_RETURN_IF_ERROR(weights.Rename([&wrapper](const std::string& name) {
    return name.substr(wrapper.size());
  }));
  return wrapper;
}

absl::StatusOr<WeightMatch> MatchWeights(const NetworkTensors& network,
                                         std::span<const StoredTensor> tensors,
                                         const WeightNaming& naming) {
  const std::map<std::string, Place> places = PlacesOf(network);
  WeightMatch match;
  for (const StoredTensor& tensor : tensors) {
    std::optional<std::string> name = CanonicalName(tensor.name, naming);
    if (!name.has_value()) {
      AddOutside(tensor, naming, match);
      continue;
    }
    auto place = places.find(*name);
    if (place == places.end()) {
      if (!IsIgnored(*name, naming)) {
        return NameMismatch(
            absl::StrCat("config.json describes no parameter for tensor ",
                         Printable(tensor.name)));
      }
      match.ignored_tensors.push_back(tensor.name);
      continue;
    }
    TUNESMITH_RETURN_IF_ERROR(CheckTensor(tensor, place->second));
    if (!match.sources.emplace(*name, &tensor).second) {
      return NameMismatch(absl::StrCat("two tensors stand for one parameter: ",
                                       Printable(match.sources[*name]->name),
                                       " and ", Printable(tensor.name)));
    }
  }
  TUNESMITH_RETURN_IF_ERROR(CheckComplete(network, naming, match));
  CheckHead(network.head_shape, match);
  return match;
}

}  // namespace tunesmith::worker
