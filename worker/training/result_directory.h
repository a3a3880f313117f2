#ifndef TUNESMITH_WORKER_TRAINING_RESULT_DIRECTORY_H_
#define TUNESMITH_WORKER_TRAINING_RESULT_DIRECTORY_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "worker/models/pretrained.h"
#include "worker/training/options.h"
#include "worker/training/tensor_file.h"

namespace tunesmith::worker {

// Writes config.json, model.safetensors and the tokenizer or preprocessor files
// of `base_directory` into `directory`, which holds none of them. What the
// family's ecosystem loads: transformers' AutoModelFor...Classification, or
// torchvision's load_state_dict. `pictures` says how pictures were
// normalised. `weights` are all parameters and buffers. Files
// are not synced. Errors of FileWriter.
absl::Status WriteResultDirectory(const PretrainedModel& base,
                                  const std::string& base_directory,
                                  const std::vector<std::string>& labels,
                                  const std::optional<PictureOptions>& pictures,
                                  std::span<const NamedTensor> weights,
                                  const std::string& directory);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_RESULT_DIRECTORY_H_
