#ifndef TUNESMITH_WORKER_TRAINER_RUN_RECORD_H_
#define TUNESMITH_WORKER_TRAINER_RUN_RECORD_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

inline constexpr char kRunRecordFileName[] = "run_record.json";

// All that a run record tells.
struct RunRecord {
  const internal::v1::WorkItem& item;
  const tunesmith::v1::Execution& execution;
  const std::vector<std::string>& labels;
  const std::vector<double>& class_weights;
  // Rows that were trained on and evaluated.
  int64_t training_rows = 0;
  int64_t validation_rows = 0;
  int64_t test_rows = 0;
  const TrainingResult& result;
  const std::vector<tunesmith::v1::Evaluation>& evaluations;
  absl::Time start_time;
  absl::Time end_time;
  // Reading, cleaning, splitting, encoding.
  absl::Duration preparation_time;
};

// The record as JSON: what ran, on what, how it went. It lies beside the model
// directory, whose bytes tell nothing of time or place.
absl::StatusOr<std::string> SerializeRunRecord(const RunRecord& record);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_RUN_RECORD_H_
