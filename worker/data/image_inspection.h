#ifndef TUNESMITH_WORKER_DATA_IMAGE_INSPECTION_H_
#define TUNESMITH_WORKER_DATA_IMAGE_INSPECTION_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "worker/data/finding.h"

namespace tunesmith::worker {

// Bytes of a picture's file.
inline constexpr int64_t kMaxImageFileBytes = 256 << 20;

// Decodes every picture of an archive, on so many threads, and tells what is
// noticed: BAD_IMAGE, WRONG_IMAGE_TYPE, TINY_IMAGE, DUPLICATE_ROW for files
// with the same bytes, CONFLICTING_LABEL where those lie in different folders
// and folders are labels (`manifest` is empty), NEAR_DUPLICATE_IMAGE and
// IGNORED_FILE. Rows are those of OpenImageTable without a manifest.
// `should_stop` is asked now and then; true ends with CANCELLED.
// RESOURCE_EXHAUSTED with reason OUT_OF_MEMORY. Errors of OpenArchive.
absl::Status InspectImages(const std::string& path, const std::string& manifest,
                           size_t threads, FindingLog& findings,
                           const std::function<bool()>& should_stop);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_IMAGE_INSPECTION_H_
