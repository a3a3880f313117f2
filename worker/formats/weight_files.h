#ifndef TUNESMITH_WORKER_FORMATS_WEIGHT_FILES_H_
#define TUNESMITH_WORKER_FORMATS_WEIGHT_FILES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/formats/safetensors_file.h"
#include "worker/formats/tensor_type.h"

namespace tunesmith::worker {

// A tensor of a model directory; lives as long as its WeightFiles.
struct StoredTensor {
  std::string name;
  TensorType type = TensorType::kF32;
  std::vector<int64_t> shape;
  // Row-major, little-endian, perhaps unaligned.
  std::span<const std::byte> bytes;
};

// A tensor that is made from what a file of another format holds.
struct ConvertedTensor {
  std::string name;
  std::vector<int64_t> shape;
  std::vector<float> values;
};

// The weights of a model directory: `model.safetensors`, or the shards that
// `model.safetensors.index.json` names.
class WeightFiles {
 public:
  // INVALID_ARGUMENT with reason MODEL_FILE_MISSING (no weights, or a shard is
  // missing), PICKLE_WEIGHTS (only pickled ones) or CORRUPT_WEIGHTS.
  static absl::StatusOr<std::unique_ptr<WeightFiles>> Open(
      const std::string& directory);

  // Of a file of another format and of so many bytes. INVALID_ARGUMENT with
  // reason CORRUPT_WEIGHTS when two tensors have one name.
  static absl::StatusOr<std::unique_ptr<WeightFiles>> Of(
      std::vector<ConvertedTensor> tensors, int64_t size_bytes);

  // Sorted by name; names are unique.
  const std::vector<StoredTensor>& tensors() const { return tensors_; }

  // Gives every tensor the name that `name_of` says. INVALID_ARGUMENT with
  // reason CORRUPT_WEIGHTS when two tensors get one name.
  absl::Status Rename(
      const std::function<std::string(const std::string&)>& name_of);

  // Puts a tensor in the place of the one of its name, which there is.
  void Replace(ConvertedTensor tensor);

  // Of all files together.
  int64_t size_bytes() const { return size_bytes_; }

 private:
  WeightFiles() = default;

  absl::Status AddFile(const std::string& path);
  // Sorts; fails when two tensors have one name.
  absl::Status Finish();

  std::vector<std::unique_ptr<SafetensorsFile>> files_;
  std::vector<ConvertedTensor> converted_;
  std::vector<StoredTensor> tensors_;
  int64_t size_bytes_ = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_FORMATS_WEIGHT_FILES_H_
