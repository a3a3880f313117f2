#ifndef TUNESMITH_WORKER_DATA_DATA_TOTALS_H_
#define TUNESMITH_WORKER_DATA_DATA_TOTALS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "worker/data/finding.h"

// What became of the rows of a dataset.

namespace tunesmith::worker {

class LabelSpelling;

// Counts the rows of one dataset while they are read. Not thread-safe.
class RowTally {
 public:
  // Rows that were left out for one reason.
  struct Dropped {
    int64_t count = 0;
    int64_t first_row = 0;
  };

  void AddRow() { ++rows_; }
  // One of the rows is left out. `label` is empty where it has none.
  void Drop(FindingCode cause, int64_t row, const std::string& label);

  // Rows that were left out are of a label as it is spelt now.
  void Respell(const LabelSpelling& spelling);

  int64_t rows() const { return rows_; }
  const std::map<FindingCode, Dropped>& dropped() const { return dropped_; }
  // Rows that were left out, by label; of many labels the first ones.
  const std::map<std::string, int64_t>& dropped_labels() const {
    return dropped_labels_;
  }

 private:
  int64_t rows_ = 0;
  std::map<FindingCode, Dropped> dropped_;
  std::map<std::string, int64_t> dropped_labels_;
};

// As `DataSummary` of the API.
struct DataTotals {
  struct Dropped {
    FindingCode cause = FindingCode::kMissingCell;
    int64_t count = 0;
    int64_t first_row = 0;
  };
  struct ClassRows {
    std::string label;
    int64_t used = 0;
    int64_t dropped = 0;
  };

  // `datasets/{dataset}`.
  std::string dataset;
  int64_t rows = 0;
  // Rows that are used, by split.
  int64_t training = 0;
  int64_t validation = 0;
  int64_t test = 0;
  // The most frequent cause first.
  std::vector<Dropped> dropped = {};
  std::vector<ClassRows> classes = {};

  int64_t DroppedRows() const;
  // Without those of a split that is not used, which are as good as the others.
  int64_t UnusableRows() const;
};

// Totals with no rows by split yet. `used`: rows that are used, by label;
// classes are in the order of `labels`, then others by byte.
DataTotals TotalsOf(const std::string& dataset, const RowTally& tally,
                    const std::map<std::string, int64_t>& used,
                    const std::vector<std::string>& labels);

// ROW_TOTALS: the sentence that says all of it. A warning where more than 1 %
// of the rows, or 5 % of a class, cannot be used.
DataFinding TotalsFinding(const DataTotals& totals);

// INVALID_ARGUMENT with reason TOO_MANY_ROWS_DROPPED, which counts the causes,
// when more than `max_fraction` of the rows cannot be used. `remedy` is a way
// out that is known, or empty.
absl::Status CheckDropped(const DataTotals& totals, double max_fraction,
                          const std::string& remedy);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_DATA_TOTALS_H_
