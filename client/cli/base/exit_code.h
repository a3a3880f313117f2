#ifndef TUNESMITH_CLIENT_CLI_BASE_EXIT_CODE_H_
#define TUNESMITH_CLIENT_CLI_BASE_EXIT_CODE_H_

#include "absl/status/status.h"
#include "tunesmith/v1/job.pb.h"

namespace tunesmith::cli {

// What the program ends with. Part of its interface: scripts branch on it.
enum class ExitCode {
  kOk = 0,
  kJobFailed = 1,
  kUsage = 2,
  kNotFound = 3,
  kUnavailable = 4,
  kOther = 5,
  // As shells say it of a program that Ctrl-C ended.
  kInterrupted = 130,
};

inline constexpr char kExitCodesHelp[] =
    "Exit codes:\n"
    "  0    done; of watch and submit: the job succeeded\n"
    "  1    the job failed or was cancelled\n"
    "  2    bad usage, or the server refused an argument (INVALID_ARGUMENT)\n"
    "  3    not found\n"
    "  4    no server answers\n"
    "  5    anything else\n"
    "  130  interrupted by Ctrl-C\n";

ExitCode ExitCodeOf(const absl::Status& status);

// Of a job that has ended.
ExitCode ExitCodeOf(v1::Job::State state);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_BASE_EXIT_CODE_H_
