#include "worker/models/keras/keras_weights.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/printable.h"
#include "worker/models/config_reader.h"

namespace tunesmith::worker {
namespace {

namespace fs = std::filesystem;

constexpr char kSafetensorsFile[] = "model.safetensors";
constexpr char kKerasFile[] = "model.h5";

absl::Status ShapeMismatch(const KerasLayer& layer, std::string_view expected) {
  std::string shapes;
  for (const KerasTensor& tensor : layer.weights) {
    absl::StrAppend(&shapes, shapes.empty() ? "[" : ", [",
                    absl::StrJoin(tensor.shape, ", "), "]");
  }
  return ReasonedError(
      absl::StatusCode::kInvalidArgument, "WEIGHT_SHAPE_MISMATCH",
      absl::StrCat("layer ", Printable(layer.name), " should have ",
                   std::string(expected), ", has ", shapes));
}

std::vector<float> ValuesOf(const KerasTensor& tensor) {
  std::vector<float> values(tensor.bytes.size() / sizeof(float));
  std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

using Extents = std::array<int64_t, 4>;

// The array whose axis i is axis `axes[i]` of `values`.
std::vector<float> Permute(const std::vector<float>& values,
                           const Extents& extents, const Extents& axes) {
  Extents strides;
  int64_t stride = 1;
  for (int i = 3; i >= 0; --i) {
    strides[i] = stride;
    stride *= extents[i];
  }
  std::vector<float> result;
  result.reserve(values.size());
  Extents at;
  auto extent = [&](int axis) { return extents[axes[axis]]; };
  for (at[0] = 0; at[0] < extent(0); ++at[0]) {
    for (at[1] = 0; at[1] < extent(1); ++at[1]) {
      for (at[2] = 0; at[2] < extent(2); ++at[2]) {
        for (at[3] = 0; at[3] < extent(3); ++at[3]) {
          int64_t index = 0;
          for (int i = 0; i < 4; ++i) index += at[i] * strides[axes[i]];
          result.push_back(values[static_cast<size_t>(index)]);
        }
      }
    }
  }
  return result;
}

// A kernel in torchvision's form; the rank is that of `kind`.
ConvertedTensor ConvertKernel(const KerasTensor& kernel, KerasLayerKind kind) {
  const std::vector<int64_t>& k = kernel.shape;
  std::vector<float> values = ValuesOf(kernel);
  switch (kind) {
    case KerasLayerKind::kDepthwiseConvolution:
      return {
          .name = {},
          .shape = {k[2] * k[3], 1, k[0], k[1]},
          .values = Permute(values, {k[0], k[1], k[2], k[3]}, {2, 3, 0, 1})};
    case KerasLayerKind::kDense:
      return {.name = {},
              .shape = {k[1], k[0]},
              .values = Permute(values, {1, 1, k[0], k[1]}, {3, 2, 0, 1})};
    default:
      return {
          .name = {},
          .shape = {k[3], k[2], k[0], k[1]},
          .values = Permute(values, {k[0], k[1], k[2], k[3]}, {3, 2, 0, 1})};
  }
}

// The layers of a model that is a layer of another one: Keras then lists the
// weights of all of them, trainable ones first, under names that begin with
// their layer's.
std::vector<KerasLayer> InnerLayers(const KerasLayer& layer) {
  std::vector<KerasLayer> inner;
  for (const KerasTensor& tensor : layer.weights) {
    const std::string path = tensor.name.substr(0, tensor.name.rfind('/'));
    const std::string name = path.substr(path.rfind('/') + 1);
    auto same = std::find_if(
        inner.begin(), inner.end(),
        [&name](const KerasLayer& one) { return one.name == name; });
    if (same == inner.end()) {
      same = inner.insert(inner.end(), {.name = name, .weights = {}});
    }
    same->weights.push_back(tensor);
  }
  return inner;
}

// Makes tensors of the layers; those of a normalisation can be changed until
// they are taken.
class Conversion {
 public:
  explicit Conversion(const KerasNetwork& network) {
    for (const KerasLayerName& name : network.layers) {
      names_.emplace(name.layer, &name);
    }
  }

  absl::Status Add(const KerasLayer& layer) {
    if (names_.contains(layer.name)) return AddKnown(layer);
    for (const KerasLayer& inner : InnerLayers(layer)) {
      if (names_.contains(inner.name)) {
        TUNESMITH_RETURN_IF_ERROR(AddKnown(inner));
      } else {
        AddUnknown(layer.name, inner);
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<ConvertedTensor>> Take() {
    for (auto& [normalization, bias] : biases_) {
      auto mean = means_.find(normalization);
      // Without the layer its parameters are missing, which is said elsewhere.
      if (mean == means_.end()) continue;
      std::vector<float>& values = tensors_[mean->second].values;
      if (values.size() != bias.size()) {
        return ReasonedError(
            absl::StatusCode::kInvalidArgument, "WEIGHT_SHAPE_MISMATCH",
            absl::StrCat("layer ", normalization,
                         " normalises another number of channels than come "
                         "to it"));
      }
      for (size_t i = 0; i < values.size(); ++i) values[i] -= bias[i];
    }
    return std::move(tensors_);
  }

 private:
  absl::Status AddKnown(const KerasLayer& layer) {
    const KerasLayerName& name = *names_.at(layer.name);
    return name.kind == KerasLayerKind::kNormalization
               ? AddNormalization(layer, name)
               : AddKernel(layer, name);
  }

  void AddUnknown(const std::string& outer, const KerasLayer& layer) {
    for (const KerasTensor& tensor : layer.weights) {
      tensors_.push_back({absl::StrCat(outer, "/", tensor.name), tensor.shape,
                          ValuesOf(tensor)});
    }
  }

  absl::Status AddKernel(const KerasLayer& layer, const KerasLayerName& name) {
    const size_t rank = name.kind == KerasLayerKind::kDense ? 2 : 4;
    const std::vector<KerasTensor>& weights = layer.weights;
    if (weights.size() > 2 || weights[0].shape.size() != rank ||
        (weights.size() == 2 && weights[1].shape.size() != 1)) {
      return ShapeMismatch(layer, absl::StrCat("a kernel of ", rank,
                                               " axes and perhaps a bias"));
    }
    tensors_.push_back(ConvertKernel(weights[0], name.kind));
    tensors_.back().name = name.module + ".weight";
    if (weights.size() == 1) return absl::OkStatus();
    if (!name.normalization.empty()) {
      biases_.emplace(name.normalization, ValuesOf(weights[1]));
      return absl::OkStatus();
    }
    tensors_.push_back(
        {name.module + ".bias", weights[1].shape, ValuesOf(weights[1])});
    return absl::OkStatus();
  }

  absl::Status AddNormalization(const KerasLayer& layer,
                                const KerasLayerName& name) {
    constexpr std::array<const char*, 4> kParts = {
        ".weight", ".bias", ".running_mean", ".running_var"};
    bool good = layer.weights.size() == kParts.size();
    for (const KerasTensor& tensor : layer.weights) {
      good = good && tensor.shape.size() == 1;
    }
    if (!good) {
      return ShapeMismatch(layer,
                           "gamma, beta, moving mean and moving variance");
    }
    for (size_t i = 0; i < kParts.size(); ++i) {
      if (i == 2) means_[layer.name] = tensors_.size();
      tensors_.push_back({name.module + kParts[i], layer.weights[i].shape,
                          ValuesOf(layer.weights[i])});
    }
    return absl::OkStatus();
  }

  std::map<std::string, const KerasLayerName*> names_;
  std::vector<ConvertedTensor> tensors_;
  // Of normalisations, by their layer: where the mean is, and what is to be
  // taken off it.
  std::map<std::string, size_t> means_;
  std::map<std::string, std::vector<float>> biases_;
};

// Adds what `conventions` say and `config` does not, in objects within as well;
// returns it as a list.
std::string TakeConventions(const nlohmann::json& conventions,
                            nlohmann::json& config) {
  std::string taken;
  auto add = [&taken](const std::string& text) {
    if (!text.empty()) absl::StrAppend(&taken, taken.empty() ? "" : ", ", text);
  };
  for (const auto& [key, value] : conventions.items()) {
    if (value.is_object()) {
      nlohmann::json& inner = config[key];
      if (!inner.is_object()) inner = nlohmann::json::object();
      add(TakeConventions(value, inner));
    } else if (!config.contains(key)) {
      config[key] = value;
      add(absl::StrCat(key, " ", value.dump()));
    }
  }
  return taken;
}

}  // namespace

absl::StatusOr<std::vector<ConvertedTensor>> ConvertKerasLayers(
    std::span<const KerasLayer> layers, const KerasNetwork& network) {
  Conversion conversion(network);
  for (const KerasLayer& layer : layers) {
    TUNESMITH_RETURN_IF_ERROR(conversion.Add(layer));
  }
  return conversion.Take();
}

absl::StatusOr<std::unique_ptr<WeightFiles>> OpenWeights(
    const std::string& directory, nlohmann::json& config,
    std::vector<ModelNote>& notes) {
  const fs::path root(directory);
  std::error_code ignored;
  if (fs::exists(root / kSafetensorsFile, ignored) ||
      !fs::exists(root / kKerasFile, ignored)) {
    return WeightFiles::Open(directory);
  }
  ConfigReader reader(config);
  const std::string architecture = reader.Text("architecture", "");
  TUNESMITH_RETURN_IF_ERROR(reader.status());
  std::optional<KerasNetwork> network = FindKerasNetwork(architecture);
  if (!network) {
    return UnsupportedModelError(absl::StrCat(
        "no names of Keras' layers are known for architecture ",
        Printable(architecture), " (supported: ", KnownKerasNetworks(), ")"));
  }
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<KerasFile> file,
                             KerasFile::Open((root / kKerasFile).string()));
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<ConvertedTensor> tensors,
                             ConvertKerasLayers(file->layers(), *network));
  const std::string taken = TakeConventions(network->config, config);
  if (!taken.empty()) {
    notes.push_back(
        {ModelNote::Kind::kConvertedWeights,
         absl::StrCat(
             "the weights are of Keras, whose ", architecture,
             " differs from torchvision's; taken for granted: ", taken),
         "describe the network otherwise at import where it is not so"});
  }
  return WeightFiles::Of(std::move(tensors), file->size_bytes());
}

}  // namespace tunesmith::worker
