#ifndef TUNESMITH_SERVER_BACKUP_CHECK_H_
#define TUNESMITH_SERVER_BACKUP_CHECK_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"

namespace tunesmith::server {

struct CheckOptions {
  std::string data_dir;
  // Sizes only: digests are not computed.
  bool quick = false;
  // Hears of each thing that is wrong, as one line.
  std::function<void(const std::string& problem)> on_problem =
      [](const std::string&) {};
};

struct CheckSummary {
  int64_t artifacts = 0;
  int64_t artifact_bytes = 0;
  int64_t problems = 0;
};

// Whether a data directory is whole: its database, that it is this directory's,
// and every file that it names. Its server may run. FAILED_PRECONDITION when
// `data_dir` is no data directory.
absl::StatusOr<CheckSummary> CheckDataDirectory(const CheckOptions& options);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_BACKUP_CHECK_H_
