#ifndef TUNESMITH_WORKER_AGENT_PROCESS_CHILD_H_
#define TUNESMITH_WORKER_AGENT_PROCESS_CHILD_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/agent/process/file_descriptor.h"

namespace tunesmith::worker {

// The descriptor that a trainer finds its channel at.
inline constexpr int kChannelFd = 3;

// A program that was started; the caller reaps it.
struct Child {
  pid_t pid = -1;
  // Our end of a socket pair; the other is the child's descriptor 3.
  FileDescriptor channel;
  // What the child writes to standard output and error; does not block.
  FileDescriptor output;
};

// Starts `arguments[0]` with a socket pair, in a process group of its own, and
// with no other descriptor of this process. It has this process's environment,
// but for the names that `environment` has ("NAME=value"). The system kills it
// when the calling thread ends. A program that cannot be executed ends with
// code 127 and says why on its output.
absl::StatusOr<Child> StartChild(
    const std::vector<std::string>& arguments,
    const std::vector<std::string>& environment = {});

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_PROCESS_CHILD_H_
