#ifndef TUNESMITH_WORKER_REPORT_RUN_RECORD_H_
#define TUNESMITH_WORKER_REPORT_RUN_RECORD_H_

#include <string>

#include "absl/status/statusor.h"
#include "worker/report/finished_run.h"

namespace tunesmith::worker {

inline constexpr char kRunRecordFileName[] = "run_record.json";

// The record as JSON: what ran, on what, how it went. It lies beside the model
// directory, whose bytes tell nothing of time or place.
absl::StatusOr<std::string> SerializeRunRecord(const FinishedRun& run);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_REPORT_RUN_RECORD_H_
