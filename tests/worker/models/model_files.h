#ifndef TUNESMITH_TESTS_WORKER_MODELS_MODEL_FILES_H_
#define TUNESMITH_TESTS_WORKER_MODELS_MODEL_FILES_H_

#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/worker/scratch_directory.h"
#include "worker/formats/tensor_type.h"

namespace tunesmith::worker {

// A small BERT with a head for no, perhaps and yes.
inline std::string TinyBertDirectory() {
  return std::string(TUNESMITH_GOLDEN_DIR) + "/bert_tiny";
}
// The same spelled as old files spell it.
inline std::string RenamedBertDirectory() {
  return std::string(TUNESMITH_GOLDEN_DIR) + "/bert_tiny_renamed";
}

// A model directory in memory, to be changed and written.
struct ModelFiles {
  struct Tensor {
    std::string name;
    TensorType type;
    std::vector<int64_t> shape;
    std::string bytes;
  };

  static ModelFiles Read(const std::string& directory);
  void WriteTo(const ScratchDirectory& directory) const;

  Tensor& Find(const std::string& name);
  void Remove(const std::string& name);

  nlohmann::json config;
  std::vector<Tensor> tensors;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_MODELS_MODEL_FILES_H_
