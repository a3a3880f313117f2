#include "worker/formats/weight_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/json_file.h"
#include "worker/formats/printable.h"

namespace tunesmith::worker {
namespace {

namespace fs = std::filesystem;

constexpr char kSingleFile[] = "model.safetensors";
constexpr char kIndexFile[] = "model.safetensors.index.json";
constexpr JsonLimits kIndexLimits = {.max_bytes = 32 << 20, .max_depth = 4};

constexpr std::array<std::string_view, 8> kPickledEndings = {
    ".bin",     ".bin.index.json", ".pt",   ".pth",
    ".pth.tar", ".pt.tar",         ".ckpt", ".pkl"};
constexpr char kToSafetensors[] =
    "convert them once: model.save_pretrained(directory, "
    "safe_serialization=True), or, of a state dict: python -c \"import torch; "
    "from safetensors.torch import save_file; s = torch.load('FILE', "
    "map_location='cpu', weights_only=True); s = s.get('state_dict', s); "
    "save_file({k: v.contiguous() for k, v in s.items()}, "
    "'model.safetensors')\"";

bool Exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// The first file, by name, that looks like pickled weights; empty without one.
std::string PickledFileIn(const fs::path& directory) {
  std::string first;
  std::error_code error;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    const bool pickled = std::any_of(
        kPickledEndings.begin(), kPickledEndings.end(),
        [&name](std::string_view ending) { return name.ends_with(ending); });
    if (pickled && (first.empty() || name < first)) first = name;
  }
  return first;
}

absl::Status NoWeightsError(const fs::path& directory) {
  const std::string pickled = PickledFileIn(directory);
  if (!pickled.empty()) {
    return ReasonedError(
        absl::StatusCode::kInvalidArgument, "PICKLE_WEIGHTS",
        absl::StrCat("pickled weights are never opened: ", Printable(pickled),
                     " (", kToSafetensors, ")"));
  }
  return ReasonedError(absl::StatusCode::kInvalidArgument, "MODEL_FILE_MISSING",
                       absl::StrCat("missing file: ", kSingleFile));
}

// Tensor name -> file name, from the index.
absl::StatusOr<std::map<std::string, std::string>> ReadIndex(
    const fs::path& directory) {
  absl::StatusOr<nlohmann::json> index =
      ReadJsonFile((directory / kIndexFile).string(), kIndexLimits);
  if (!index.ok()) return CorruptWeightsError(index.status().ToString());
  std::map<std::string, std::string> files;
  auto map = index->find("weight_map");
  if (!index->is_object() || map == index->end() || !map->is_object()) {
    return CorruptWeightsError(
        absl::StrCat(kIndexFile, ": weight_map is not an object"));
  }
  for (const auto& [tensor, file] : map->items()) {
    std::string name = file.is_string() ? file.get<std::string>() : "";
    if (name.empty() || name != fs::path(name).filename().string() ||
        !name.ends_with(".safetensors")) {
      return CorruptWeightsError(
          absl::StrCat(kIndexFile, ": tensor ", Printable(tensor),
                       " is not in a .safetensors file of the directory"));
    }
    files.emplace(tensor, name);
  }
  return files;
}

}  // namespace

absl::Status WeightFiles::AddFile(const std::string& path) {
  absl::StatusOr<std::unique_ptr<SafetensorsFile>> file =
      SafetensorsFile::Open(path);
  if (absl::IsNotFound(file.status())) {
    return ReasonedError(
        absl::StatusCode::kInvalidArgument, "MODEL_FILE_MISSING",
        absl::StrCat("missing file: ", fs::path(path).filename().string()));
  }
  TUNESMITH_RETURN_IF_ERROR(file.status());
  for (const SafetensorsEntry& entry : (*file)->entries()) {
    tensors_.push_back(
        {entry.name, entry.type, entry.shape, (*file)->Bytes(entry)});
  }
  size_bytes_ += (*file)->size_bytes();
  files_.push_back(*std::move(file));
  return absl::OkStatus();
}

absl::Status WeightFiles::Finish() {
  std::sort(tensors_.begin(), tensors_.end(),
            [](const StoredTensor& a, const StoredTensor& b) {
              return a.name < b.name;
            });
  auto twin =
      std::adjacent_find(tensors_.begin(), tensors_.end(),
                         [](const StoredTensor& a, const StoredTensor& b) {
                           return a.name == b.name;
                         });
  if (twin == tensors_.end()) return absl::OkStatus();
  return CorruptWeightsError(
      absl::StrCat("two tensors have the name ", Printable(twin->name)));
}

absl::StatusOr<std::unique_ptr<WeightFiles>> WeightFiles::Of(
    std::vector<ConvertedTensor> tensors, int64_t size_bytes) {
  std::unique_ptr<WeightFiles> result(new WeightFiles());
  result->converted_ = std::move(tensors);
  result->size_bytes_ = size_bytes;
  for (const ConvertedTensor& tensor : result->converted_) {
    result->tensors_.push_back({tensor.name, TensorType::kF32, tensor.shape,
                                std::as_bytes(std::span(tensor.values))});
  }
  TUNESMITH_RETURN_IF_ERROR(result->Finish());
  return result;
}

absl::Status WeightFiles::Rename(
    const std::function<std::string(const std::string&)>& name_of) {
  for (StoredTensor& tensor : tensors_) tensor.name = name_of(tensor.name);
  return Finish();
}

void WeightFiles::Replace(ConvertedTensor tensor) {
  for (StoredTensor& stored : tensors_) {
    if (stored.name != tensor.name) continue;
    // A vector that moves keeps its values where they are.
    converted_.push_back(std::move(tensor));
    const ConvertedTensor& kept = converted_.back();
    stored.type = TensorType::kF32;
    stored.shape = kept.shape;
    stored.bytes = std::as_bytes(std::span(kept.values));
    return;
  }
}

absl::StatusOr<std::unique_ptr<WeightFiles>> WeightFiles::Open(
    const std::string& directory) {
  fs::path root(directory);
  std::unique_ptr<WeightFiles> result(new WeightFiles());
  if (Exists(root / kSingleFile)) {
    TUNESMITH_RETURN_IF_ERROR(result->AddFile((root / kSingleFile).string()));
    TUNESMITH_RETURN_IF_ERROR(result->Finish());
    return result;
  }
  if (!Exists(root / kIndexFile)) return NoWeightsError(root);

  std::map<std::string, std::string> index;
  TUNESMITH_ASSIGN_OR_RETURN(index, ReadIndex(root));
  std::set<std::string> names;
  for (const auto& [tensor, file] : index) names.insert(file);
  for (const std::string& name : names) {
    TUNESMITH_RETURN_IF_ERROR(result->AddFile((root / name).string()));
  }
  TUNESMITH_RETURN_IF_ERROR(result->Finish());
  if (result->tensors_.size() != index.size() ||
      !std::equal(index.begin(), index.end(), result->tensors_.begin(),
                  [](const auto& entry, const StoredTensor& tensor) {
                    return entry.first == tensor.name;
                  })) {
    return CorruptWeightsError(
        absl::StrCat(kIndexFile, ": names other tensors than the files hold"));
  }
  return result;
}

}  // namespace tunesmith::worker
