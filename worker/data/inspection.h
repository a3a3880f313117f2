#ifndef TUNESMITH_WORKER_DATA_INSPECTION_H_
#define TUNESMITH_WORKER_DATA_INSPECTION_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/column_facts.h"
#include "worker/data/finding.h"
#include "worker/data/table.h"

namespace tunesmith::worker {

// Bytes of the distinct values that are listed for all columns together: what
// is known of a table has to fit into one message.
inline constexpr size_t kMaxListedBytes = 1 << 20;

// What reading a table once told.
struct TableFacts {
  // Rows without a problem; the others count in nothing else here.
  int64_t row_count = 0;
  int64_t unusable_row_count = 0;
  std::vector<ColumnFacts> columns = {};
};

// Reads all rows. Where the columns' distinct values exceed kMaxListedBytes,
// the longest lists are left out. `should_stop` is asked every now and then;
// true ends with CANCELLED. INVALID_ARGUMENT with reason MALFORMED_FILE when no
// row could be parsed, EMPTY_DATASET when there is none.
absl::StatusOr<TableFacts> InspectTable(
    TableReader& table, FindingLog& findings,
    const std::function<bool()>& should_stop);

// "line 12: ", where the row has a line: the beginning of a message about it.
std::string LineOf(const Row& row);

// The finding that a row with a problem is.
DataFinding RowFinding(const Row& row);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_INSPECTION_H_
