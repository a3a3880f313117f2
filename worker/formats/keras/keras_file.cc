#include "worker/formats/keras/keras_file.h"

#include <filesystem>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/printable.h"
#include "worker/formats/safetensors_header.h"

namespace tunesmith::worker {
namespace {

// Where a file of a whole model has its weights.
constexpr char kWeightsGroup[] = "model_weights";
constexpr size_t kMaxTensors = 20'000;

using Names = std::vector<std::string>;

std::string Join(const std::string& group, const std::string& name) {
  return group.empty() ? name : absl::StrCat(group, "/", name);
}

// A list of names that Keras may have cut into `attribute`0, `attribute`1, ...
// because attributes are of limited size.
absl::StatusOr<std::optional<Names>> ReadNames(Hdf5File& file,
                                               const std::string& group,
                                               const std::string& attribute) {
  std::optional<Names> names;
  TUNESMITH_ASSIGN_OR_RETURN(names, file.Strings(group, attribute));
  if (names) return names;
  for (int i = 0;; ++i) {
    std::optional<Names> part;
    TUNESMITH_ASSIGN_OR_RETURN(part,
                               file.Strings(group, absl::StrCat(attribute, i)));
    if (!part) return names;
    if (!names) names.emplace();
    names->insert(names->end(), part->begin(), part->end());
    if (names->size() > kMaxTensors) {
      return CorruptWeightsError(absl::StrCat("too many entries of ", attribute,
                                              ", most: ", kMaxTensors));
    }
  }
}

}  // namespace

absl::Status KerasFile::ReadLayer(const std::string& root,
                                  const std::string& name) {
  const std::string group = Join(root, name);
  std::optional<Names> weights;
  TUNESMITH_ASSIGN_OR_RETURN(weights, ReadNames(*file_, group, "weight_names"));
  if (!weights) {
    return CorruptWeightsError(
        absl::StrCat("layer ", Printable(name), " has no weight_names"));
  }
  if (weights->empty()) return absl::OkStatus();
  KerasLayer layer{.name = name, .weights = {}};
  for (const std::string& weight : *weights) {
    TUNESMITH_ASSIGN_OR_RETURN(Hdf5Dataset dataset,
                               file_->Read(Join(group, weight)));
    layer.weights.push_back({weight, std::move(dataset.shape), dataset.bytes});
  }
  layers_.push_back(std::move(layer));
  return absl::OkStatus();
}

absl::Status KerasFile::ReadLayers() {
  TUNESMITH_ASSIGN_OR_RETURN(bool whole_model, file_->Has(kWeightsGroup));
  const std::string root = whole_model ? kWeightsGroup : "";
  std::optional<Names> names;
  TUNESMITH_ASSIGN_OR_RETURN(names, ReadNames(*file_, root, "layer_names"));
  if (!names) {
    return CorruptWeightsError(
        "no weights as Keras 2 writes them: layer_names is missing (of Keras 3 "
        "save the model under a name that ends in .h5, not .weights.h5)");
  }
  std::set<std::string> seen;
  size_t count = 0;
  for (const std::string& name : *names) {
    if (!seen.insert(name).second) {
      return CorruptWeightsError(
          absl::StrCat("two layers of one name: ", Printable(name)));
    }
    const size_t layers = layers_.size();
    TUNESMITH_RETURN_IF_ERROR(ReadLayer(root, name));
    if (layers_.size() > layers) count += layers_.back().weights.size();
    if (count > kMaxTensors) {
      return CorruptWeightsError(
          absl::StrCat("too many tensors, most: ", kMaxTensors));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<KerasFile>> KerasFile::Open(
    const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  absl::StatusOr<std::unique_ptr<Hdf5File>> file = Hdf5File::Open(path);
  if (!file.ok()) return WithContext(file.status(), name);
  std::unique_ptr<KerasFile> result(new KerasFile(*std::move(file)));
  absl::Status status = result->ReadLayers();
  if (!status.ok()) return WithContext(status, name);
  return result;
}

}  // namespace tunesmith::worker
