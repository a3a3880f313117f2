#include "worker/training/result_directory.h"

#include <array>
#include <filesystem>
#include <string_view>

#include "proto/contract/base/status_macros.h"
#include "worker/formats/file_writer.h"
#include "worker/formats/json_file.h"

namespace tunesmith::worker {
namespace {

namespace fs = std::filesystem;

// What comes before the network: the same for the result.
constexpr std::array<std::string_view, 6> kKeptFiles = {
    "tokenizer.json",          "tokenizer_config.json", "vocab.txt",
    "special_tokens_map.json", "added_tokens.json",     "preprocessor_config.json"};

nlohmann::json ResultConfig(const PretrainedModel& base,
                            const std::vector<std::string>& labels) {
  nlohmann::json config = base.config();
  base.family().SetClassifier(labels, config);
  return config;
}

}  // namespace

absl::Status WriteResultDirectory(const PretrainedModel& base,
                                  const std::string& base_directory,
                                  const std::vector<std::string>& labels,
                                  std::span<const NamedTensor> weights,
                                  const std::string& directory) {
  const fs::path from(base_directory);
  const fs::path to(directory);
  TUNESMITH_RETURN_IF_ERROR(
      WriteTensors((to / "model.safetensors").string(), weights));
  TUNESMITH_RETURN_IF_ERROR(
      WriteJsonFile((to / "config.json").string(), ResultConfig(base, labels)));
  for (std::string_view name : kKeptFiles) {
    std::error_code ignored;
    if (!fs::exists(from / name, ignored)) continue;
    TUNESMITH_RETURN_IF_ERROR(
        CopyFile((from / name).string(), (to / name).string()));
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::worker
