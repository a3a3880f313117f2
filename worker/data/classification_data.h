#ifndef TUNESMITH_WORKER_DATA_CLASSIFICATION_DATA_H_
#define TUNESMITH_WORKER_DATA_CLASSIFICATION_DATA_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/example.h"
#include "worker/data/finding.h"
#include "worker/data/labelled_samples.h"
#include "worker/data/sample_kind.h"

namespace tunesmith::worker {

// What a classifier learns from. Resolved: nothing has a default of its
// own.
struct ClassificationRequest {
  TableFile training;
  // Unset: `validation_fraction` of training rows is split off.
  std::optional<TableFile> validation;
  std::optional<TableFile> test;
  double validation_fraction = 0.1;
  int64_t seed = 42;
  std::string sample_column;
  std::string label_column;
  RowPolicy policy;
  // Empty: the training rows' labels, sorted by byte.
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

// Reads, cleans, splits and encodes. What was noticed goes to `findings`, also
// when it ends with an error; messages about one row name the dataset.
//
// INVALID_ARGUMENT with a reason: those of ReadLabelledSamples, ResolveLabels,
// IndexLabels, and of the kind.
absl::StatusOr<ClassificationData> PrepareClassification(
    const ClassificationRequest& request, SampleKind& kind,
    std::vector<DataFinding>& findings,
    const std::function<bool()>& should_stop);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_CLASSIFICATION_DATA_H_
