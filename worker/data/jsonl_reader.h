#ifndef TUNESMITH_WORKER_DATA_JSONL_READER_H_
#define TUNESMITH_WORKER_DATA_JSONL_READER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "worker/data/table.h"

namespace tunesmith::worker {

// One JSON object a line. Columns are the keys, in the order in which they
// first occur; numbers keep the text that they have in the file; objects and
// lists are opaque. Empty lines are skipped.
absl::StatusOr<std::unique_ptr<TableReader>> OpenJsonl(const std::string& path);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_JSONL_READER_H_
