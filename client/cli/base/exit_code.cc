#include "client/cli/base/exit_code.h"

namespace tunesmith::cli {

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kInvalidArgument:
      return ExitCode::kUsage;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kUnavailable:
      return ExitCode::kUnavailable;
    default:
      return ExitCode::kOther;
  }
}

ExitCode ExitCodeOf(v1::Job::State state) {
  return state == v1::Job::SUCCEEDED ? ExitCode::kOk : ExitCode::kJobFailed;
}

}  // namespace tunesmith::cli
