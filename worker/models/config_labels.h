#ifndef TUNESMITH_WORKER_MODELS_CONFIG_LABELS_H_
#define TUNESMITH_WORKER_MODELS_CONFIG_LABELS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"

namespace tunesmith::worker {

// The labels of a config's `id2label` in the order of the outputs, or Hugging
// Face's LABEL_0, LABEL_1, ... when it names none. Empty when it does not name
// each of `count` outputs once.
std::vector<std::string> LabelsOfConfig(const nlohmann::json& config,
                                        int64_t count);

// Writes `id2label` and `label2id`.
void SetLabelsOfConfig(const std::vector<std::string>& labels,
                       nlohmann::json& config);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_CONFIG_LABELS_H_
