#include "worker/models/bert/sentence_encoder.h"

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/json_file.h"
#include "worker/formats/safetensors_writer.h"
#include "worker/formats/weight_files.h"
#include "worker/models/bert/config.h"
#include "worker/models/config_reader.h"

namespace tunesmith::worker {
namespace {

namespace fs = std::filesystem;

constexpr char kModulesFile[] = "modules.json";
constexpr char kConfigFile[] = "config.json";

// Keeps tanh close to linear for values of deviation 1.
constexpr float kPoolerScale = 0.5f;
// A power of two, so that it rounds nothing, and small enough for fp16.
constexpr float kMeanScale = 1024;

// Tensors that are made, and their memory.
class NewTensors {
 public:
  void Filled(std::string name, std::vector<int64_t> shape, float value) {
    Add(std::move(name), std::move(shape), value);
  }

  void Diagonal(std::string name, int64_t width, float value) {
    std::vector<float>& values = Add(std::move(name), {width, width}, 0);
    for (int64_t i = 0; i < width; ++i) {
      values[static_cast<size_t>(i * width + i)] = value;
    }
  }

  std::vector<TensorToWrite> Take() { return std::move(tensors_); }

 private:
  std::vector<float>& Add(std::string name, std::vector<int64_t> shape,
                          float value) {
    size_t count = 1;
    for (int64_t extent : shape) count *= static_cast<size_t>(extent);
    std::vector<float>& values = memory_.emplace_back(count, value);
    tensors_.push_back({.name = std::move(name),
                        .shape = std::move(shape),
                        .bytes = std::as_bytes(std::span(values))});
    return values;
  }

  std::deque<std::vector<float>> memory_;
  std::vector<TensorToWrite> tensors_;
};

void AddMeanLayer(const BertConfig& config, NewTensors& tensors) {
  const std::string layer =
      absl::StrCat("encoder.layer.", config.layer_count, ".");
  const int64_t width = config.width;
  for (const char* name : {"query", "key"}) {
    const std::string linear = absl::StrCat(layer, "attention.self.", name);
    tensors.Filled(linear + ".weight", {width, width}, 0);
    tensors.Filled(linear + ".bias", {width}, 0);
  }
  tensors.Diagonal(layer + "attention.self.value.weight", width, 1);
  tensors.Filled(layer + "attention.self.value.bias", {width}, 0);
  tensors.Diagonal(layer + "attention.output.dense.weight", width, kMeanScale);
  tensors.Filled(layer + "attention.output.dense.bias", {width}, 0);
  tensors.Filled(layer + "intermediate.dense.weight",
                 {config.inner_width, width}, 0);
  tensors.Filled(layer + "intermediate.dense.bias", {config.inner_width}, 0);
  tensors.Filled(layer + "output.dense.weight", {width, config.inner_width}, 0);
  tensors.Filled(layer + "output.dense.bias", {width}, 0);
  for (const char* name : {"attention.output", "output"}) {
    const std::string norm = absl::StrCat(layer, name, ".LayerNorm");
    tensors.Filled(norm + ".weight", {width}, 1);
    tensors.Filled(norm + ".bias", {width}, 0);
  }
}

bool IsOfPooler(const std::string& name) {
  return name.ends_with("pooler.dense.weight") ||
         name.ends_with("pooler.dense.bias");
}

absl::Status LinkOtherFiles(const fs::path& from, const fs::path& to) {
  std::error_code error;
  for (fs::directory_iterator entry(from, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name == kConfigFile || name.ends_with(".safetensors") ||
        name.ends_with(".safetensors.index.json") ||
        !entry->is_regular_file()) {
      continue;
    }
    fs::create_symlink(fs::absolute(entry->path()), to / name, error);
    if (error) break;
  }
  if (!error) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(
      "linking the files of ", from.string(), ": ", error.message()));
}

// The path of the pooling module; empty without one.
std::string PoolingModule(const nlohmann::json& modules) {
  if (!modules.is_array()) return "";
  for (const nlohmann::json& module : modules) {
    if (!module.is_object()) continue;
    const std::string type = module.value("type", "");
    if (type.ends_with(".Pooling")) return module.value("path", "");
  }
  return "";
}

SentencePooling PoolingOf(const nlohmann::json& config) {
  std::vector<std::string> modes;
  for (const auto& [key, value] : config.items()) {
    if (key.starts_with("pooling_mode_") && value == true) {
      modes.push_back(key.substr(std::string("pooling_mode_").size()));
    }
  }
  if (config.contains("pooling_mode") && config["pooling_mode"].is_string()) {
    modes = {config["pooling_mode"].get<std::string>()};
  }
  const bool first_token = modes == std::vector<std::string>{"cls_token"} ||
                           modes == std::vector<std::string>{"cls"};
  return first_token ? SentencePooling::kFirstToken : SentencePooling::kMean;
}

}  // namespace

absl::StatusOr<SentencePooling> ReadSentencePooling(
    const std::string& directory) {
  const fs::path root(directory);
  absl::StatusOr<nlohmann::json> modules =
      ReadJsonFile((root / kModulesFile).string());
  if (absl::IsNotFound(modules.status())) return SentencePooling::kNone;
  if (!modules.ok()) {
    return UnsupportedModelError(std::string(modules.status().message()));
  }
  try {
    const std::string module = PoolingModule(*modules);
    // A name of the directory, and not a way out of it.
    if (module.empty() || module != fs::path(module).filename().string() ||
        module == "..") {
      return SentencePooling::kNone;
    }
    absl::StatusOr<nlohmann::json> config =
        ReadJsonFile((root / module / kConfigFile).string());
    if (absl::IsNotFound(config.status())) return SentencePooling::kNone;
    if (!config.ok() || !config->is_object()) {
      return UnsupportedModelError(
          absl::StrCat(module, "/", kConfigFile, ": not an object"));
    }
    return PoolingOf(*config);
  } catch (const nlohmann::json::exception&) {
    return UnsupportedModelError(
        absl::StrCat(kModulesFile, ": not a list of modules"));
  }
}

absl::Status WriteSentenceEncoder(const std::string& from,
                                  SentencePooling pooling,
                                  const std::string& to) {
  const fs::path source(from);
  const fs::path target(to);
  TUNESMITH_ASSIGN_OR_RETURN(nlohmann::json json,
                             ReadJsonFile((source / kConfigFile).string()));
  TUNESMITH_ASSIGN_OR_RETURN(BertConfig config, ParseBertConfig(json));
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<WeightFiles> weights,
                             WeightFiles::Open(from));
  NewTensors made;
  made.Diagonal("pooler.dense.weight", config.width, kPoolerScale);
  made.Filled("pooler.dense.bias", {config.width}, 0);
  if (pooling == SentencePooling::kMean) {
    AddMeanLayer(config, made);
    json["num_hidden_layers"] = config.layer_count + 1;
  }
  std::vector<TensorToWrite> tensors = made.Take();
  for (const StoredTensor& tensor : weights->tensors()) {
    if (IsOfPooler(tensor.name)) continue;
    tensors.push_back({.name = tensor.name,
                       .type = tensor.type,
                       .shape = tensor.shape,
                       .bytes = tensor.bytes});
  }
  TUNESMITH_RETURN_IF_ERROR(WriteSafetensors(
      (target / "model.safetensors").string(), std::move(tensors)));
  TUNESMITH_RETURN_IF_ERROR(
      WriteJsonFile((target / kConfigFile).string(), json));
  return LinkOtherFiles(source, target);
}

}  // namespace tunesmith::worker
