#include "worker/training/result_directory.h"

#include <array>
#include <filesystem>
#include <string_view>

#include "proto/contract/base/status_macros.h"
#include "worker/formats/file_writer.h"
#include "worker/formats/json_file.h"
#include "worker/training/picture_reader.h"

namespace tunesmith::worker {
namespace {

namespace fs = std::filesystem;

constexpr char kPreprocessorFile[] = "preprocessor_config.json";

// What comes before the network: the same for the result.
constexpr std::array<std::string_view, 6> kKeptFiles = {
    "tokenizer.json",          "tokenizer_config.json", "vocab.txt",
    "special_tokens_map.json", "added_tokens.json",     kPreprocessorFile};

std::array<double, 3> Widened(const std::array<float, 3>& values) {
  return {values[0], values[1], values[2]};
}

// Whether pictures were normalised otherwise than for the base model.
bool IsNormalizedAnew(const PretrainedModel& base,
                      const std::optional<PictureOptions>& pictures) {
  const auto& input = base.description().image_input;
  if (!pictures.has_value() || !input.has_value()) return false;
  const ImageTransform old = TransformOf(*input);
  return old.mean != pictures->transform.mean ||
         old.deviation != pictures->transform.deviation;
}

}  // namespace

absl::Status WriteResultDirectory(const PretrainedModel& base,
                                  const std::string& base_directory,
                                  const std::vector<std::string>& labels,
                                  const std::optional<PictureOptions>& pictures,
                                  std::span<const NamedTensor> weights,
                                  const std::string& directory) {
  const fs::path from(base_directory);
  const fs::path to(directory);
  TUNESMITH_RETURN_IF_ERROR(
      WriteTensors((to / "model.safetensors").string(), weights));
  ModelConfig config = base.config_files();
  base.family().SetClassifier(labels, config.network);
  const bool anew = IsNormalizedAnew(base, pictures);
  if (anew) {
    base.family().SetNormalization(Widened(pictures->transform.mean),
                                   Widened(pictures->transform.deviation),
                                   config);
  }
  TUNESMITH_RETURN_IF_ERROR(
      WriteJsonFile((to / "config.json").string(), config.network));
  for (std::string_view name : kKeptFiles) {
    std::error_code ignored;
    if (name == kPreprocessorFile && anew && !config.preprocessor.empty()) {
      TUNESMITH_RETURN_IF_ERROR(
          WriteJsonFile((to / name).string(), config.preprocessor));
      continue;
    }
    if (!fs::exists(from / name, ignored)) continue;
    TUNESMITH_RETURN_IF_ERROR(
        CopyFile((from / name).string(), (to / name).string()));
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::worker
