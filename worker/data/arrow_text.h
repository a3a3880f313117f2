#ifndef TUNESMITH_WORKER_DATA_ARROW_TEXT_H_
#define TUNESMITH_WORKER_DATA_ARROW_TEXT_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "worker/data/table.h"

namespace arrow {
class Array;
}

namespace tunesmith::worker {

// One value of an Arrow array as a cell. Floating-point numbers have the
// shortest text that reads back as the same number, with a point ("2.0"); NaN
// is a missing value, as data frames write it. INVALID_ARGUMENT with reason
// MALFORMED_FILE when a dictionary lacks the value.
absl::StatusOr<Cell> ArrowCell(const arrow::Array& array, int64_t i);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_ARROW_TEXT_H_
