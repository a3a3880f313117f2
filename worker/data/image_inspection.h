#ifndef TUNESMITH_WORKER_DATA_IMAGE_INSPECTION_H_
#define TUNESMITH_WORKER_DATA_IMAGE_INSPECTION_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "worker/data/finding.h"
#include "worker/data/image_table.h"

namespace tunesmith::worker {

// Bytes of a picture's file.
inline constexpr int64_t kMaxImageFileBytes = 256 << 20;

// Decodes every picture of an archive, on so many threads, and tells what is
// noticed: BAD_IMAGE, INCOMPLETE_IMAGE, WRONG_IMAGE_TYPE, TINY_IMAGE,
// UNIFORM_IMAGE, DUPLICATE_ROW for files with the same bytes, CONFLICTING_LABEL
// where those have different labels by their folders (`manifest` is empty),
// NEAR_DUPLICATE_IMAGE, IGNORED_FILE, and what FolderLayout or InspectManifest
// tell. Rows are those of OpenImageTable without a manifest.
// `should_stop` is asked now and then; true ends with CANCELLED.
// RESOURCE_EXHAUSTED with reason OUT_OF_MEMORY. Errors of OpenArchive.
absl::Status InspectImages(const std::string& path, const Manifest& manifest,
                           size_t threads, FindingLog& findings,
                           const std::function<bool()>& should_stop);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_IMAGE_INSPECTION_H_
