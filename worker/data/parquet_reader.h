#ifndef TUNESMITH_WORKER_DATA_PARQUET_READER_H_
#define TUNESMITH_WORKER_DATA_PARQUET_READER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "worker/data/table.h"

namespace tunesmith::worker {

// Parquet through Arrow, one batch of rows at a time, unthreaded, with a limit
// on memory. Strings, numbers, booleans, dates and dictionaries of them become
// text, and so do bytes that are UTF-8; other bytes and nested columns are
// opaque. Numbers of a column that Hugging Face's metadata call a ClassLabel
// become the label's name; -1, which stands for no label there, is missing.
absl::StatusOr<std::unique_ptr<TableReader>> OpenParquet(
    const std::string& path);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_PARQUET_READER_H_
