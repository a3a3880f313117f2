#ifndef TUNESMITH_CLIENT_CPP_FOLDER_ARCHIVE_H_
#define TUNESMITH_CLIENT_CPP_FOLDER_ARCHIVE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "client/cpp/byte_source.h"

namespace tunesmith::client {

// The files of a directory as a tar archive (POSIX.1-2017, ustar with pax
// headers for long paths) that is made while it is read: `{directory}.tar`,
// paths relative to the directory and in their order, without times and owners.
// See OpenByteSource.
absl::StatusOr<std::unique_ptr<ByteSource>> OpenFolderArchive(
    const std::string& directory);

}  // namespace tunesmith::client

#endif  // TUNESMITH_CLIENT_CPP_FOLDER_ARCHIVE_H_
