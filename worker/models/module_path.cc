#include "worker/models/module_path.h"

#include <utility>

namespace tunesmith::worker {

void RegisterAt(torch::nn::Module& root, const std::string& path,
                std::shared_ptr<torch::nn::Module> module) {
  const size_t dot = path.find('.');
  if (dot == std::string::npos) {
    root.register_module(path, std::move(module));
    return;
  }
  const std::string first = path.substr(0, dot);
  auto children = root.named_children();
  std::shared_ptr<torch::nn::Module>* found = children.find(first);
  std::shared_ptr<torch::nn::Module> child =
      found != nullptr
          ? *found
          : root.register_module(first, std::make_shared<torch::nn::Module>());
  RegisterAt(*child, path.substr(dot + 1), std::move(module));
}

}  // namespace tunesmith::worker
