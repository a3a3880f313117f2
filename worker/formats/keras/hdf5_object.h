#ifndef TUNESMITH_WORKER_FORMATS_KERAS_HDF5_OBJECT_H_
#define TUNESMITH_WORKER_FORMATS_KERAS_HDF5_OBJECT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Objects of an HDF5 file in its classic layout, which is what the library and
// h5py write unless they are told otherwise: superblock 0, object headers 1,
// symbol tables. See the "HDF5 File Format Specification", versions 1.0 to 3.0.

namespace tunesmith::worker {

// The bytes of a whole file, and how much may still be looked at: structures
// that point at each other, or in circles, end.
struct Hdf5Bytes {
  std::span<const std::byte> bytes;
  int64_t steps_left = 4'000'000;

  // Whether `steps` more are allowed; takes them.
  bool Spend(int64_t steps) { return (steps_left -= steps) >= 0; }
};

// What a header says of its object. The numbers are the specification's.
struct Hdf5Message {
  enum Type : uint16_t {
    kDataspace = 0x01,
    kLinkInfo = 0x02,
    kDatatype = 0x03,
    kExternalFiles = 0x07,
    kLayout = 0x08,
    kFilters = 0x0b,
    kAttribute = 0x0c,
    kContinuation = 0x10,
    kSymbolTable = 0x11,
  };
  uint16_t type = 0;
  std::span<const std::byte> bytes;
};

// INVALID_ARGUMENT with reason CORRUPT_WEIGHTS.
absl::Status DamagedHdf5Error(std::string_view what);

// Address of the root group's header.
absl::StatusOr<uint64_t> RootOfHdf5(std::span<const std::byte> bytes);

// The messages of the header at `address`. Messages that lie elsewhere are left
// out, so that their object lacks them.
absl::StatusOr<std::vector<Hdf5Message>> ReadHdf5Header(Hdf5Bytes& file,
                                                        uint64_t address);

// Names of a group and the addresses of what they stand for; links that name
// no object of the file itself are left out.
absl::StatusOr<std::map<std::string, uint64_t>> ReadHdf5Group(
    Hdf5Bytes& file, const std::vector<Hdf5Message>& header);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_FORMATS_KERAS_HDF5_OBJECT_H_
