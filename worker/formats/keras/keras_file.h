#ifndef TUNESMITH_WORKER_FORMATS_KERAS_KERAS_FILE_H_
#define TUNESMITH_WORKER_FORMATS_KERAS_KERAS_FILE_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/formats/keras/hdf5_file.h"

namespace tunesmith::worker {

// One weight of a layer.
struct KerasTensor {
  // What the file calls it, for messages: names of weights differ from version
  // to version, and say less than layer and position.
  std::string name;
  std::vector<int64_t> shape;
  // Little-endian fp32, row-major, perhaps unaligned; lives as long as the
  // file.
  std::span<const std::byte> bytes;
};

struct KerasLayer {
  std::string name;
  // In Keras' order: kernel and bias; or gamma, beta, moving mean and moving
  // variance.
  std::vector<KerasTensor> weights;
};

// A .h5 file that Keras 2 or Keras' legacy format has written, with the weights
// alone or with the whole model. Thread-safety as Hdf5File.
class KerasFile {
 public:
  // INVALID_ARGUMENT with reason CORRUPT_WEIGHTS, NOT_FOUND; messages name the
  // file, without its directory.
  static absl::StatusOr<std::unique_ptr<KerasFile>> Open(
      const std::string& path);

  // Layers that have weights, in the file's order; names are unique.
  const std::vector<KerasLayer>& layers() const { return layers_; }

  int64_t size_bytes() const { return file_->size_bytes(); }

 private:
  explicit KerasFile(std::unique_ptr<Hdf5File> file) : file_(std::move(file)) {}

  absl::Status ReadLayers();
  absl::Status ReadLayer(const std::string& root, const std::string& name);

  std::unique_ptr<Hdf5File> file_;
  std::vector<KerasLayer> layers_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_FORMATS_KERAS_KERAS_FILE_H_
