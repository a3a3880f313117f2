#ifndef TUNESMITH_WORKER_REPORT_FINISHED_RUN_H_
#define TUNESMITH_WORKER_REPORT_FINISHED_RUN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "worker/report/shown_mistakes.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// All that the run record and the report tell of a training that made a model.
struct FinishedRun {
  // Its payload is TrainWork.
  const internal::v1::WorkItem& item;
  const tunesmith::v1::Execution& execution;
  // In the order of the network's outputs.
  const std::vector<std::string>& labels;
  // One for each label.
  const std::vector<double>& class_weights;
  // Rows of each label that were trained on.
  const std::vector<int64_t>& training_counts;
  // Rows that were trained on and evaluated.
  int64_t training_rows = 0;
  int64_t validation_rows = 0;
  int64_t test_rows = 0;
  // What became of the datasets' rows.
  const std::vector<tunesmith::v1::DataSummary>& data;
  // About data and settings.
  const std::vector<tunesmith::v1::Finding>& findings;
  const TrainingResult& result;
  // Those of `result`.
  const std::vector<tunesmith::v1::Evaluation>& evaluations;
  const std::vector<SplitMistakes>& mistakes;
  // Of this attempt.
  absl::Time start_time;
  absl::Time end_time;
  // Reading, cleaning, splitting, encoding.
  absl::Duration preparation_time;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_REPORT_FINISHED_RUN_H_
