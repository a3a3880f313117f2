#ifndef TUNESMITH_WORKER_FORMATS_KERAS_HDF5_VALUES_H_
#define TUNESMITH_WORKER_FORMATS_KERAS_HDF5_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/formats/keras/hdf5_object.h"

// What objects of an HDF5 file hold. Errors are INVALID_ARGUMENT with reason
// CORRUPT_WEIGHTS.

namespace tunesmith::worker {

struct Hdf5Dataset {
  std::vector<int64_t> shape;
  // Little-endian fp32, row-major; within the file's own.
  std::span<const std::byte> bytes;
};

// The strings of the attribute `name` of an object; nothing when it has none.
absl::StatusOr<std::optional<std::vector<std::string>>> ReadHdf5Strings(
    Hdf5Bytes& file, const std::vector<Hdf5Message>& header,
    const std::string& name);

// An array of fp32 that lies in one piece; others are refused.
absl::StatusOr<Hdf5Dataset> ReadHdf5Dataset(
    const Hdf5Bytes& file, const std::vector<Hdf5Message>& header);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_FORMATS_KERAS_HDF5_VALUES_H_
