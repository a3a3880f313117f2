#ifndef TUNESMITH_WORKER_MODELS_MODULE_PATH_H_
#define TUNESMITH_WORKER_MODELS_MODULE_PATH_H_

#include <memory>
#include <string>

#include "torch/nn/module.h"

namespace tunesmith::worker {

// Registers `module` in `root` under a path such as "features.0.1", making the
// modules between them where they are not there yet.
void RegisterAt(torch::nn::Module& root, const std::string& path,
                std::shared_ptr<torch::nn::Module> module);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_MODULE_PATH_H_
