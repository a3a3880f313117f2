#ifndef TUNESMITH_WORKER_DATA_JSON_READER_H_
#define TUNESMITH_WORKER_DATA_JSON_READER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "worker/data/table.h"

namespace tunesmith::worker {

// JSON objects, as JsonRows reads them: in one array, or one after another,
// with or without commas, however they are spread over lines. What stands in
// place of an object is a row with a problem. MALFORMED_FILE where an object
// is never closed. ODD_FILE where the file is one object of lists or objects.
absl::StatusOr<std::unique_ptr<TableReader>> OpenJson(const std::string& path,
                                                      TextEncoding encoding);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_JSON_READER_H_
