#ifndef TUNESMITH_WORKER_DATA_UNPACKED_ARCHIVE_H_
#define TUNESMITH_WORKER_DATA_UNPACKED_ARCHIVE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "worker/formats/mapped_file.h"

namespace tunesmith::worker {

// Whether a file that begins so is packed with gzip or zstd as a whole.
bool IsPackedAsAWhole(std::string_view start);

// What is in such a file, in a temporary file without a name (in $TMPDIR or
// /tmp), because pictures are read from the middle of archives. MALFORMED_FILE
// as of OpenBytes; RESOURCE_EXHAUSTED where there is no room for it.
absl::StatusOr<std::unique_ptr<MappedFile>> UnpackWhole(
    const std::string& path);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_UNPACKED_ARCHIVE_H_
