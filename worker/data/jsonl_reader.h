#ifndef TUNESMITH_WORKER_DATA_JSONL_READER_H_
#define TUNESMITH_WORKER_DATA_JSONL_READER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "worker/data/table.h"

namespace tunesmith::worker {

// One JSON object a line, as JsonRows reads them. Empty lines are skipped.
// MALFORMED_FILE when the file is rather one array, or objects that go over
// several lines.
absl::StatusOr<std::unique_ptr<TableReader>> OpenJsonl(const std::string& path,
                                                       TextEncoding encoding);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_JSONL_READER_H_
