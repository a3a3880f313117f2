#ifndef TUNESMITH_WORKER_FORMATS_SAFETENSORS_FILE_H_
#define TUNESMITH_WORKER_FORMATS_SAFETENSORS_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/formats/mapped_file.h"
#include "worker/formats/safetensors_header.h"

namespace tunesmith::worker {

// A checked, memory-mapped safetensors file.
class SafetensorsFile {
 public:
  // INVALID_ARGUMENT with reason CORRUPT_WEIGHTS, NOT_FOUND; the message names
  // the file, without its directory, and the tensor.
  static absl::StatusOr<std::unique_ptr<SafetensorsFile>> Open(
      const std::string& path);

  // In the order of their bytes.
  const std::vector<SafetensorsEntry>& entries() const { return entries_; }

  // The tensor's little-endian elements in row-major order. `entry` is one of
  // this file; the span lives as long as the file and may be unaligned.
  std::span<const std::byte> Bytes(const SafetensorsEntry& entry) const {
    return data_.subspan(static_cast<size_t>(entry.begin),
                         static_cast<size_t>(entry.end - entry.begin));
  }

  // Of the whole file.
  int64_t size_bytes() const {
    return static_cast<int64_t>(file_->bytes().size());
  }

 private:
  SafetensorsFile(std::unique_ptr<MappedFile> file,
                  std::span<const std::byte> data,
                  std::vector<SafetensorsEntry> entries)
      : file_(std::move(file)), data_(data), entries_(std::move(entries)) {}

  std::unique_ptr<MappedFile> file_;
  std::span<const std::byte> data_;
  std::vector<SafetensorsEntry> entries_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_FORMATS_SAFETENSORS_FILE_H_
