#ifndef TUNESMITH_WORKER_DATA_ZIP_ARCHIVE_H_
#define TUNESMITH_WORKER_DATA_ZIP_ARCHIVE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "worker/data/archive.h"
#include "worker/formats/mapped_file.h"

namespace tunesmith::worker {

// Zip and zip64, through libzip. Encrypted files cannot be read.
// INVALID_ARGUMENT with reason MALFORMED_FILE.
absl::StatusOr<std::unique_ptr<Archive>> OpenZip(
    std::unique_ptr<MappedFile> file);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_ZIP_ARCHIVE_H_
