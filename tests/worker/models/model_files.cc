#include "tests/worker/models/model_files.h"

#include <algorithm>
#include <stdexcept>

#include "worker/formats/safetensors_writer.h"
#include "worker/formats/weight_files.h"

namespace tunesmith::worker {

ModelFiles ModelFiles::Read(const std::string& directory) {
  ModelFiles files;
  files.config = nlohmann::json::parse(ReadBytes(directory + "/config.json"));
  auto weights = WeightFiles::Open(directory);
  for (const StoredTensor& tensor : (*weights)->tensors()) {
    files.tensors.push_back(
        {tensor.name, tensor.type, tensor.shape,
         std::string(reinterpret_cast<const char*>(tensor.bytes.data()),
                     tensor.bytes.size())});
  }
  return files;
}

void ModelFiles::WriteTo(const ScratchDirectory& directory) const {
  directory.Write("config.json", config.dump());
  std::vector<TensorToWrite> list;
  for (const Tensor& tensor : tensors) {
    list.push_back({tensor.name, tensor.type, tensor.shape,
                    std::as_bytes(std::span(tensor.bytes))});
  }
  absl::Status status =
      WriteSafetensors(directory.File("model.safetensors"), std::move(list));
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

ModelFiles::Tensor& ModelFiles::Find(const std::string& name) {
  return *std::find_if(tensors.begin(), tensors.end(),
                       [&](const Tensor& t) { return t.name == name; });
}

void ModelFiles::Remove(const std::string& name) {
  std::erase_if(tensors, [&](const Tensor& t) { return t.name == name; });
}

}  // namespace tunesmith::worker
