#ifndef TUNESMITH_WORKER_DATA_LABELLED_TEXTS_H_
#define TUNESMITH_WORKER_DATA_LABELLED_TEXTS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/finding.h"
#include "worker/data/table.h"

namespace tunesmith::worker {

enum class RowAction { kDropRow, kFail };

// What becomes of rows that cannot be used; as `CleaningPolicy` of the API.
struct RowPolicy {
  RowAction incomplete_rows = RowAction::kDropRow;
  RowAction invalid_utf8 = RowAction::kDropRow;
  RowAction malformed_rows = RowAction::kFail;
};

// What to take from a table.
struct TextSelection {
  // Named in errors: `datasets/{dataset}`.
  std::string dataset;
  std::string text_column;
  std::string label_column;
  RowPolicy policy;
};

struct LabelledText {
  int64_t row = 0;
  std::string text;
  std::string label;
};

// Reads the usable rows. A row needs a label and a text that is more than
// white space; every other row is a finding. `should_stop` is asked every now
// and then; true ends with CANCELLED.
//
// INVALID_ARGUMENT with a reason: UNKNOWN_COLUMN, BAD_ROW, EMPTY_DATASET,
// MALFORMED_FILE.
absl::StatusOr<std::vector<LabelledText>> ReadLabelledTexts(
    TableReader& table, const TextSelection& selection, FindingLog& findings,
    const std::function<bool()>& should_stop);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_LABELLED_TEXTS_H_
