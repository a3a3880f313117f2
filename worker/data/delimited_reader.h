#ifndef TUNESMITH_WORKER_DATA_DELIMITED_READER_H_
#define TUNESMITH_WORKER_DATA_DELIMITED_READER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "worker/data/table.h"

namespace tunesmith::worker {

// CSV and TSV after RFC 4180, with these rules where files disagree: rows end
// with LF or CRLF; a lone CR is text; empty lines are skipped; a quote counts
// only at the start of a cell; text after a closing quote makes a malformed
// row, and so does a quote that is never closed.
//
// A parser of our own, because Arrow's numbers only rows that it accepts,
// gives up at the first byte that is not UTF-8, and cannot say which row of
// the file it was when cells hold line ends.
absl::StatusOr<std::unique_ptr<TableReader>> OpenDelimited(
    const std::string& path, const TableFormat& format);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_DELIMITED_READER_H_
