#include "worker/models/resnet/config.h"

#include <array>
#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "worker/formats/printable.h"
#include "worker/models/config_reader.h"

namespace tunesmith::worker {
namespace {

// Far beyond real networks; keeps products of extents within int64.
constexpr int64_t kMaxWidth = int64_t{1} << 20;
constexpr size_t kMaxStages = 16;
constexpr int64_t kMaxBlocks = 1000;

struct Architecture {
  std::string_view name;
  bool bottleneck;
  std::array<int64_t, 4> depths;
};

constexpr std::array<Architecture, 5> kArchitectures = {{
    {"resnet18", false, {2, 2, 2, 2}},
    {"resnet34", false, {3, 4, 6, 3}},
    {"resnet50", true, {3, 4, 6, 3}},
    {"resnet101", true, {3, 4, 23, 3}},
    {"resnet152", true, {3, 8, 36, 3}},
}};

std::vector<ResNetConfig::Stage> ReadStages(ConfigReader& reader) {
  const std::vector<int64_t> widths = reader.Integers(
      "hidden_sizes", 1, kMaxWidth, kMaxStages, {256, 512, 1024, 2048});
  const std::vector<int64_t> depths =
      reader.Integers("depths", 1, kMaxBlocks, kMaxStages, {3, 4, 6, 3});
  if (widths.size() != depths.size()) {
    reader.Reject("hidden_sizes and depths have different lengths");
    return {};
  }
  std::vector<ResNetConfig::Stage> stages;
  int64_t blocks = 0;
  for (size_t i = 0; i < widths.size(); ++i) {
    stages.push_back({.width = widths[i], .depth = depths[i]});
    blocks += depths[i];
  }
  if (blocks > kMaxBlocks) {
    reader.Reject(
        absl::StrCat("depths are more than ", kMaxBlocks, " blocks together"));
  }
  return stages;
}

}  // namespace

absl::StatusOr<ResNetConfig> ParseResNetConfig(const nlohmann::json& json) {
  ConfigReader reader(json);
  ResNetConfig config;
  reader.Integer("num_channels", 3, 3, 3);
  config.stem_width = reader.Integer("embedding_size", 1, kMaxWidth, 64);
  config.stages = ReadStages(reader);
  const std::string layer_type = reader.Text("layer_type", "bottleneck");
  config.bottleneck = layer_type == "bottleneck";
  if (!config.bottleneck && layer_type != "basic") {
    reader.Reject(absl::StrCat("layer_type ", Printable(layer_type),
                               " is not supported (only basic, bottleneck)"));
  }
  for (const ResNetConfig::Stage& stage : config.stages) {
    if (config.bottleneck && stage.width < 4) {
      reader.Reject("hidden_sizes of bottlenecks must be at least 4");
    }
  }
  config.stride_in_first_stage =
      reader.Flag("downsample_in_first_stage", false);
  config.stride_in_first_convolution =
      reader.Flag("downsample_in_bottleneck", false);
  config.activation = ReadActivation(reader, "hidden_act", "relu");
  if (!reader.status().ok()) return reader.status();
  return config;
}

std::vector<std::string> ResNetArchitectures() {
  std::vector<std::string> names;
  for (const Architecture& known : kArchitectures) {
    names.emplace_back(known.name);
  }
  return names;
}

std::optional<ResNetConfig> FindResNetConfig(std::string_view architecture) {
  for (const Architecture& known : kArchitectures) {
    if (known.name != architecture) continue;
    ResNetConfig config{.stages = {}, .bottleneck = known.bottleneck};
    int64_t width = known.bottleneck ? 256 : 64;
    for (int64_t depth : known.depths) {
      config.stages.push_back({.width = width, .depth = depth});
      width *= 2;
    }
    return config;
  }
  return std::nullopt;
}

absl::StatusOr<ResNetConfig> ParseTorchvisionResNetConfig(
    const nlohmann::json& json) {
  ConfigReader reader(json);
  std::optional<ResNetConfig> config =
      FindResNetConfig(reader.Text("architecture", ""));
  if (!config.has_value()) {
    reader.Reject("architecture is none of a ResNet");
    return reader.status();
  }
  return *config;
}

nlohmann::json ResNetConfigJson(const ResNetConfig& config) {
  nlohmann::json widths = nlohmann::json::array();
  nlohmann::json depths = nlohmann::json::array();
  for (const ResNetConfig::Stage& stage : config.stages) {
    widths.push_back(stage.width);
    depths.push_back(stage.depth);
  }
  return {{"model_type", "resnet"},
          {"num_channels", 3},
          {"embedding_size", config.stem_width},
          {"hidden_sizes", std::move(widths)},
          {"depths", std::move(depths)},
          {"layer_type", config.bottleneck ? "bottleneck" : "basic"},
          {"hidden_act", "relu"},
          {"downsample_in_first_stage", config.stride_in_first_stage},
          {"downsample_in_bottleneck", config.stride_in_first_convolution}};
}

}  // namespace tunesmith::worker
