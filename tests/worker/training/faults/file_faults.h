#ifndef TUNESMITH_TESTS_WORKER_TRAINING_FAULTS_FILE_FAULTS_H_
#define TUNESMITH_TESTS_WORKER_TRAINING_FAULTS_FILE_FAULTS_H_

#include <cstdint>
#include <string>

namespace tunesmith::worker {

// Counts what this program does to files under a directory - write, sync,
// rename, delete, make - and lets one of these operations go wrong. The program
// that links file_faults.cc has its system calls replaced.
class FileFaults {
 public:
  enum class Kind {
    kNone,
    // The process is gone before the operation.
    kKill,
    // The operation fails; writes with half of their bytes written.
    kFail,
  };

  // Counts from now on; the `nth` operation, from 1, goes wrong, with `error`
  // as errno.
  static void Arm(const std::string& directory, Kind kind, int64_t nth,
                  int error = 0);
  // Counts no more; how many operations there were.
  static int64_t Disarm();
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_TRAINING_FAULTS_FILE_FAULTS_H_
