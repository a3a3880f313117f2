#ifndef TUNESMITH_SERVER_STORE_JOB_MARKS_H_
#define TUNESMITH_SERVER_STORE_JOB_MARKS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/store/connection.h"
#include "tunesmith/v1/job.pb.h"

// What jobs are found by beside their state: table job_marks.

namespace tunesmith::server {

enum class JobMark {
  kLabel = 1,
  kBaseModel = 2,
  kDataset = 3,
};

// Whose marks they are.
struct MarkedJob {
  std::string tenant;
  int64_t number = 0;
  absl::Time create_time;
};

// Those of a job that has none yet.
absl::Status InsertJobMarks(Connection& db, const MarkedJob& marked,
                            const v1::Job& job);
// Puts other labels in the place of those that it had.
absl::Status ReplaceLabelMarks(Connection& db, const MarkedJob& marked,
                               const v1::Job& job);

// Of every job that is stored: for databases from before there were marks.
// DATA_LOSS when a record cannot be read.
absl::Status FillJobMarks(Connection& db);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_STORE_JOB_MARKS_H_
