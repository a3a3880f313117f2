#include "server/api/model_files.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/error.h"

namespace tunesmith::server {
namespace {

using Names = std::vector<std::string>;

constexpr const char* kKeptEndings[] = {".json", ".txt", ".safetensors",
                                        ".model"};
constexpr const char* kOtherWeightEndings[] = {
    ".bin",  ".pt",  ".pth", ".pth.tar", ".pt.tar",
    ".ckpt", ".pkl", ".h5",  ".msgpack", ".onnx"};
constexpr char kConfigFile[] = "config.json";
constexpr char kIndexFile[] = "model.safetensors.index.json";
constexpr char kSafetensors[] = ".safetensors";
constexpr char kHdf5[] = ".h5";

constexpr char kToSafetensors[] =
    "convert them once: python -c \"from transformers import AutoModel; "
    "AutoModel.from_pretrained('DIR').save_pretrained('DIR', "
    "safe_serialization=True)\"";
constexpr char kStateToSafetensors[] =
    "convert them once: python -c \"import torch; from safetensors.torch "
    "import save_file; s = torch.load('FILE', map_location='cpu', "
    "weights_only=True); s = s.get('state_dict', s); save_file({k: "
    "v.contiguous() for k, v in s.items()}, 'model.safetensors')\"";

bool IsModelFile(const std::string& name) {
  if (name == "README.md" || absl::StartsWith(name, "LICENSE")) return true;
  // Hidden files are a tool's own.
  if (absl::StartsWith(name, ".")) return false;
  return absl::c_any_of(kKeptEndings, [&name](const char* ending) {
    return absl::EndsWith(name, ending);
  });
}

Names EndingWith(const Names& names, const char* ending) {
  Names found;
  absl::c_copy_if(
      names, std::back_inserter(found), [ending](const std::string& name) {
        return absl::EndsWith(name, ending) && !absl::StartsWith(name, ".");
      });
  absl::c_sort(found);
  return found;
}

// A file that holds weights in a format that is not taken, or nothing.
std::string OtherWeights(const Names& names) {
  for (const std::string& name : names) {
    for (const char* ending : kOtherWeightEndings) {
      if (absl::EndsWith(name, ending)) return name;
    }
  }
  return "";
}

absl::Status PickleError(const std::string& name, const char* way_out) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_PICKLE_WEIGHTS,
      absl::StrCat("weights are not safetensors: ", name, " (", way_out, ")"));
}

absl::Status MissingError(const Names& missing, const char* way_out) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_MODEL_FILE_MISSING,
      absl::StrCat("model directory lacks: ", absl::StrJoin(missing, ", "),
                   " (", way_out, ")"));
}

std::vector<ModelFile> KeptFiles(const Names& names) {
  std::vector<ModelFile> files;
  for (const std::string& name : names) {
    if (IsModelFile(name)) files.push_back({name, name});
  }
  absl::c_sort(files, [](const ModelFile& a, const ModelFile& b) {
    return a.name < b.name;
  });
  return files;
}

}  // namespace

absl::StatusOr<std::vector<ModelFile>> SelectModelFiles(const Names& names) {
  bool described = absl::c_linear_search(names, kConfigFile);
  Names missing;
  if (!described) missing.push_back(kConfigFile);
  if (EndingWith(names, kSafetensors).empty()) {
    std::string other = OtherWeights(names);
    // A Keras file can be read, but for that it has to be described.
    if (!other.empty() && (described || !absl::EndsWith(other, kHdf5))) {
      return PickleError(other, kToSafetensors);
    }
    if (other.empty()) missing.push_back("model.safetensors");
  }
  if (missing.empty()) return KeptFiles(names);
  return MissingError(
      missing,
      described ? "save the model with save_pretrained"
                : "save model and tokenizer with save_pretrained, or describe "
                  "a network of pictures by the request's `network`");
}

absl::StatusOr<std::vector<ModelFile>> SelectFilesOfNetwork(
    const Names& names) {
  if (absl::c_linear_search(names, kConfigFile)) {
    return InvalidFieldsError(
        {{"network",
          "must be left out: the directory has a config.json, which describes "
          "the network"}});
  }
  Names weights = EndingWith(names, kSafetensors);
  const bool sharded = absl::c_linear_search(names, kIndexFile);
  Names keras = EndingWith(names, kHdf5);
  if (weights.empty() && keras.empty()) {
    std::string other = OtherWeights(names);
    if (!other.empty()) return PickleError(other, kStateToSafetensors);
    return MissingError({"weights"}, "one *.safetensors or one Keras *.h5");
  }
  std::vector<ModelFile> files = KeptFiles(names);
  Names candidates = std::move(weights);
  const size_t safetensors = candidates.size();
  absl::c_copy(keras, std::back_inserter(candidates));
  if (keras.empty() && sharded) return files;
  if (candidates.size() > 1) {
    return InvalidFieldsError(
        {{"uri", absl::StrCat("the directory must have one file of weights, "
                              "got: ",
                              absl::StrJoin(candidates, ", "))}});
  }
  if (safetensors == 0) {
    files.push_back({candidates[0], "model.h5"});
    return files;
  }
  absl::c_find_if(files, [&candidates](const ModelFile& file) {
    return file.name == candidates[0];
  })->kept_as = "model.safetensors";
  return files;
}

}  // namespace tunesmith::server
