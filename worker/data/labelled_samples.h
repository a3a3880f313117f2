#ifndef TUNESMITH_WORKER_DATA_LABELLED_SAMPLES_H_
#define TUNESMITH_WORKER_DATA_LABELLED_SAMPLES_H_

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
  RowAction unreadable_images = RowAction::kDropRow;
};

// What to take from a table.
struct SampleSelection {
  // Named in errors: `datasets/{dataset}`.
  std::string dataset;
  std::string sample_column;
  std::string label_column;
  RowPolicy policy;
};

struct LabelledSample {
  int64_t row = 0;
  // A text, or the path of a picture.
  std::string sample;
  std::string label;
};

// Reads the usable rows. A row needs a label and a sample that is more than
// white space; every other row is a finding. `should_stop` is asked every now
// and then; true ends with CANCELLED.
//
// INVALID_ARGUMENT with a reason: UNKNOWN_COLUMN, BAD_ROW, EMPTY_DATASET,
// MALFORMED_FILE.
absl::StatusOr<std::vector<LabelledSample>> ReadLabelledSamples(
    TableReader& table, const SampleSelection& selection, FindingLog& findings,
    const std::function<bool()>& should_stop);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_LABELLED_SAMPLES_H_
