#ifndef TUNESMITH_WORKER_DATA_DELIMITED_READER_H_
#define TUNESMITH_WORKER_DATA_DELIMITED_READER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "worker/data/table.h"

namespace tunesmith::worker {

// CSV and TSV after RFC 4180, with these rules where files disagree: rows end
// with LF, with any number of CR before it; a lone CR is text, unless the
// file's lines all end with one; empty lines are skipped; a quote counts only
// at the start of a cell; text after a closing quote makes a malformed row, and
// so does a quote that is never closed. A byte order mark at the start of a
// row is left out, and so is a row that repeats the header.
//
// ODD_FILE says what of this happened, and what else is strange: quotes around
// cells of a file without `quoted`, rows that a quote has swallowed.
// MALFORMED_FILE when another delimiter stands in the first rows in place of
// the right one.
//
// A parser of our own, because Arrow's numbers only rows that it accepts,
// gives up at the first byte that is not UTF-8, and cannot say which row of
// the file it was when cells hold line ends.
absl::StatusOr<std::unique_ptr<TableReader>> OpenDelimited(
    const std::string& path, const TableFormat& format);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_DELIMITED_READER_H_
