#ifndef TUNESMITH_WORKER_DATA_MANIFEST_INSPECTION_H_
#define TUNESMITH_WORKER_DATA_MANIFEST_INSPECTION_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "worker/data/archive.h"
#include "worker/data/finding.h"
#include "worker/data/image_table.h"

namespace tunesmith::worker {

// Holds the rows of a manifest against the pictures of its archive, which is
// the file at `path`: BAD_IMAGE for rows whose picture is not there, ODD_LAYOUT
// for paths that are understood all the same and for a column of another name,
// DUPLICATE_ROW, IGNORED_FILE for pictures that no row names, and ODD_FILE for
// a missing header and one-hot labels. Each finding stands for all its rows.
// `should_stop` is asked now and then; true ends with CANCELLED. Errors of
// OpenImageTable.
absl::Status InspectManifest(const Archive& archive, const std::string& path,
                             const Manifest& manifest, FindingLog& findings,
                             const std::function<bool()>& should_stop);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_MANIFEST_INSPECTION_H_
