#ifndef TUNESMITH_CLIENT_CPP_BYTE_SOURCE_H_
#define TUNESMITH_CLIENT_CPP_BYTE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tunesmith::client {

// Local data as a run of bytes, from the first to the last.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // What a file with these bytes would be called, without a directory.
  virtual const std::string& file_name() const = 0;
  virtual int64_t size_bytes() const = 0;

  // Reads the next `size` bytes, fewer only at the end. DATA_LOSS when a file
  // has become shorter.
  virtual absl::StatusOr<size_t> Read(char* target, size_t size) = 0;

  // What its owner may not expect, one sentence each.
  virtual std::vector<std::string> remarks() const { return {}; }
};

// A regular file; or a directory, as the tar archive of all regular files under
// it but the hidden ones: equal files in equal places give equal bytes. Links
// are followed. Opened anew it begins anew. NOT_FOUND; INVALID_ARGUMENT for
// anything else, for a link that leads nowhere or in a circle, and for nothing
// at all.
absl::StatusOr<std::unique_ptr<ByteSource>> OpenByteSource(
    const std::string& path);

}  // namespace tunesmith::client

#endif  // TUNESMITH_CLIENT_CPP_BYTE_SOURCE_H_
