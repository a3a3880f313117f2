#ifndef TUNESMITH_WORKER_MODELS_MODULE_PATH_H_
#define TUNESMITH_WORKER_MODELS_MODULE_PATH_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "torch/nn/module.h"

namespace tunesmith::worker {

// Registers `module` in `root` under a path such as "features.0.1", making the
// modules between them where they are not there yet.
void RegisterAt(torch::nn::Module& root, const std::string& path,
                std::shared_ptr<torch::nn::Module> module);

// The number that follows `beginning` in a parameter's name: 12 in
// "features.12.conv.0.weight" after "features.". Nothing when `name` does not
// begin so.
std::optional<int> IndexAfter(std::string_view beginning,
                              std::string_view name);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_MODULE_PATH_H_
