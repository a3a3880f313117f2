#ifndef TUNESMITH_WORKER_DATA_TAR_ARCHIVE_H_
#define TUNESMITH_WORKER_DATA_TAR_ARCHIVE_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "worker/data/archive.h"
#include "worker/formats/mapped_file.h"

namespace tunesmith::worker {

// Whether the first block is a tar header whose checksum is right.
bool LooksLikeTar(std::string_view bytes);

// POSIX.1-2017 "pax Interchange Format": ustar and pax, and GNU's long names
// and large sizes. INVALID_ARGUMENT with reason MALFORMED_FILE, naming the
// byte.
absl::StatusOr<std::unique_ptr<Archive>> OpenTar(
    std::unique_ptr<MappedFile> file);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_TAR_ARCHIVE_H_
