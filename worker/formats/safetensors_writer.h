#ifndef TUNESMITH_WORKER_FORMATS_SAFETENSORS_WRITER_H_
#define TUNESMITH_WORKER_FORMATS_SAFETENSORS_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "worker/formats/tensor_type.h"

namespace tunesmith::worker {

// A tensor to be written.
struct TensorToWrite {
  std::string name;
  TensorType type = TensorType::kF32;
  std::vector<int64_t> shape;
  // As long as shape and type say; row-major, little-endian.
  std::span<const std::byte> bytes;
};

// Writes a new file with the tensors in the order of their names and the
// metadata {"format": "pt"}, which `transformers` demands. Equal tensors give
// equal bytes. INVALID_ARGUMENT when a name comes twice or bytes and shape
// disagree; errors of FileWriter.
absl::Status WriteSafetensors(const std::string& path,
                              std::vector<TensorToWrite> tensors);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_FORMATS_SAFETENSORS_WRITER_H_
