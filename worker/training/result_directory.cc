#include "worker/training/result_directory.h"

#include <filesystem>

#include "proto/contract/base/status_macros.h"
#include "worker/formats/json_file.h"
#include "worker/tokenizer/tokenizer_files.h"
#include "worker/training/picture_transform.h"

namespace tunesmith::worker {
namespace {

namespace fs = std::filesystem;

constexpr char kPreprocessorFile[] = "preprocessor_config.json";

// How pictures were given in training.
ImageInputFacts Trained(ImageInputFacts input,
                        const std::optional<PictureOptions>& pictures) {
  if (!pictures.has_value()) return input;
  const ImageTransform& transform = pictures->transform;
  const ImageTransform said = TransformOf(input);
  // Unless it was changed, what files say in double stays.
  if (said.mean != transform.mean || said.deviation != transform.deviation) {
    for (size_t i = 0; i < input.mean.size(); ++i) {
      input.mean[i] = transform.mean[i];
      input.deviation[i] = transform.deviation[i];
    }
  }
  input.size = transform.size;
  input.resize_size = transform.resize_size;
  return input;
}

}  // namespace

absl::Status WriteResultDirectory(const PretrainedModel& base,
                                  const std::string& base_directory,
                                  const std::vector<std::string>& labels,
                                  const std::optional<PictureOptions>& pictures,
                                  std::optional<int> max_length,
                                  std::span<const NamedTensor> weights,
                                  const std::string& directory) {
  const fs::path to(directory);
  TUNESMITH_RETURN_IF_ERROR(
      WriteTensors((to / "model.safetensors").string(), weights));
  ModelConfig config = base.config_files();
  base.family().SetClassifier(labels, config.network);
  if (const auto& input = base.description().image_input) {
    base.family().SetImageInput(Trained(*input, pictures), config);
  }
  TUNESMITH_RETURN_IF_ERROR(
      WriteJsonFile((to / "config.json").string(), config.network));
  if (!config.preprocessor.empty()) {
    TUNESMITH_RETURN_IF_ERROR(
        WriteJsonFile((to / kPreprocessorFile).string(), config.preprocessor));
  }
  return WriteTokenizerFiles(base_directory, max_length, directory);
}

}  // namespace tunesmith::worker
