#ifndef TUNESMITH_WORKER_DATA_PARQUET_READER_H_
#define TUNESMITH_WORKER_DATA_PARQUET_READER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "worker/data/table.h"

namespace tunesmith::worker {

// Parquet through Arrow, one batch of rows at a time, unthreaded, with a limit
// on memory. Strings, numbers, booleans, dates and dictionaries of them become
// text; binary and nested columns are opaque.
absl::StatusOr<std::unique_ptr<TableReader>> OpenParquet(
    const std::string& path);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_PARQUET_READER_H_
