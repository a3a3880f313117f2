#ifndef TUNESMITH_WORKER_FORMATS_KERAS_HDF5_FILE_H_
#define TUNESMITH_WORKER_FORMATS_KERAS_HDF5_FILE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/formats/keras/hdf5_object.h"
#include "worker/formats/keras/hdf5_values.h"
#include "worker/formats/mapped_file.h"

namespace tunesmith::worker {

// The little of HDF5 that files of weights are made of, read from the mapped
// file. Everything is checked against the file's size before it is looked at,
// and values are not copied, so nothing is allocated that a file asks for.
// (The HDF5 library, 1.10, leaves its buffers or never ends on some files with
// flipped bits.) Errors are INVALID_ARGUMENT with reason CORRUPT_WEIGHTS. Not
// thread-safe.
class Hdf5File {
 public:
  // NOT_FOUND when there is no such file.
  static absl::StatusOr<std::unique_ptr<Hdf5File>> Open(
      const std::string& path);

  // Paths are from the root, "" is the root itself.
  absl::StatusOr<bool> Has(const std::string& path);

  // The strings of an object's attribute; nothing when it has none of the name.
  absl::StatusOr<std::optional<std::vector<std::string>>> Strings(
      const std::string& path, const std::string& attribute);

  // Its bytes live as long as this.
  absl::StatusOr<Hdf5Dataset> Read(const std::string& path);

  int64_t size_bytes() const {
    return static_cast<int64_t>(file_->bytes().size());
  }

 private:
  using Links = std::map<std::string, uint64_t>;

  Hdf5File(std::unique_ptr<MappedFile> file, uint64_t root)
      : file_(std::move(file)), root_(root), bytes_{file_->bytes()} {}

  // Address of an object's header; nothing when there is none.
  absl::StatusOr<std::optional<uint64_t>> Find(const std::string& path);
  absl::StatusOr<std::vector<Hdf5Message>> HeaderOf(const std::string& path);
  absl::StatusOr<const Links*> LinksOf(uint64_t group);

  std::unique_ptr<MappedFile> file_;
  const uint64_t root_;
  Hdf5Bytes bytes_;
  // Groups that were looked into, by their address.
  std::map<uint64_t, Links> groups_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_FORMATS_KERAS_HDF5_FILE_H_
