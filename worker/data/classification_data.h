#ifndef TUNESMITH_WORKER_DATA_CLASSIFICATION_DATA_H_
#define TUNESMITH_WORKER_DATA_CLASSIFICATION_DATA_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/data_totals.h"
#include "worker/data/example.h"
#include "worker/data/finding.h"
#include "worker/data/labelled_samples.h"
#include "worker/data/sample_kind.h"

namespace tunesmith::worker {

// What a classifier learns from. Resolved: nothing has a default of its
// own.
struct ClassificationRequest {
  TableFile training;
  // Unset: the rows that `split_column` says are, or, without such rows,
  // `validation_fraction` of training rows.
  std::optional<TableFile> validation;
  // Unset: the rows that `split_column` says are.
  std::optional<TableFile> test;
  double validation_fraction = 0.1;
  int64_t seed = 42;
  std::string sample_column;
  std::string label_column;
  // Of `training`; empty: all its rows are for training.
  std::string split_column;
  // Whether samples that are the same stay on one side of a split that
  // `validation_fraction` makes.
  bool group_duplicates = true;
  RowPolicy policy;
  // Empty: those of the training rows, as ResolveLabels has them.
  std::vector<std::string> labels;
};

struct ClassificationData {
  std::vector<std::string> labels;
  std::vector<Example> training;
  std::vector<Example> validation;
  std::vector<Example> test;
  // Rows of `training` by class.
  std::vector<int64_t> training_counts;
};

// What was noticed while data were prepared, also where that ended with an
// error.
struct DataNotes {
  // Messages about one row name the dataset.
  std::vector<DataFinding> findings;
  // Of each file that was read to its end, in the order of the request.
  std::vector<DataTotals> totals;
};

// Reads, cleans, splits and encodes all that a training needs.
//
// INVALID_ARGUMENT with a reason: those of ReadLabelledSamples, CheckDropped,
// ResolveLabels, IndexLabels, and of the kind; EMPTY_DATASET when the split
// column leaves nothing to train on.
absl::StatusOr<ClassificationData> PrepareClassification(
    const ClassificationRequest& request, SampleKind& kind, DataNotes& notes,
    const std::function<bool()>& should_stop);

// Does so with `test` alone, which is set; `labels` are those of the network.
// Same errors.
absl::StatusOr<std::vector<Example>> PrepareEvaluation(
    const ClassificationRequest& request, SampleKind& kind, DataNotes& notes,
    const std::function<bool()>& should_stop);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_CLASSIFICATION_DATA_H_
