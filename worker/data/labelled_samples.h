#ifndef TUNESMITH_WORKER_DATA_LABELLED_SAMPLES_H_
#define TUNESMITH_WORKER_DATA_LABELLED_SAMPLES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/contract/labels/label_text.h"
#include "worker/data/data_totals.h"
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
  // Share of a dataset's rows that may be left out.
  double max_dropped_fraction = 0.01;
  LabelNormalization label_normalization = LabelNormalization::kNone;
};

// What to take from a table.
struct SampleSelection {
  // Named in errors: `datasets/{dataset}`.
  std::string dataset;
  std::string sample_column;
  std::string label_column;
  RowPolicy policy;
  // Column that says which split a row is of; empty: none does.
  std::string split_column = {};
};

// Which split a row says it is of.
enum class RowSplit { kTraining, kValidation, kTest };

struct LabelledSample {
  int64_t row = 0;
  // A text, or the path of a picture.
  std::string sample;
  std::string label;
  RowSplit split = RowSplit::kTraining;
};

// The split that a word means: train or training; val, valid, validation or
// dev; test, testing or eval; in any case, white space around it left out.
std::optional<RowSplit> SplitOfWord(std::string_view word);

// Reads the usable rows. A row needs a label, a sample that is more than white
// space and, with a `split_column`, a word that means a split; every other row
// is a finding and counted in `tally`. `should_stop` is asked every now and
// then; true ends with CANCELLED.
//
// INVALID_ARGUMENT with a reason: UNKNOWN_COLUMN, BAD_ROW, EMPTY_DATASET,
// MALFORMED_FILE.
absl::StatusOr<std::vector<LabelledSample>> ReadLabelledSamples(
    TableReader& table, const SampleSelection& selection, FindingLog& findings,
    RowTally& tally, const std::function<bool()>& should_stop);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_LABELLED_SAMPLES_H_
