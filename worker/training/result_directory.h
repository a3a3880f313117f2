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

// Writes config.json, model.safetensors and what comes before the network into
// `directory`, which holds none of them: the tokenizer of `base_directory`, or
// how pictures were given (`pictures`; unset: as the base says). What the
// family's ecosystem loads: transformers' AutoModelFor...Classification, or
// torchvision's load_state_dict. `max_length`: where texts were cut. `weights`
// are all parameters and buffers. Files are not synced. Errors of FileWriter.
absl::Status WriteResultDirectory(const PretrainedModel& base,
                                  const std::string& base_directory,
                                  const std::vector<std::string>& labels,
                                  const std::optional<PictureOptions>& pictures,
                                  std::optional<int> max_length,
                                  std::span<const NamedTensor> weights,
                                  const std::string& directory);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_RESULT_DIRECTORY_H_
