#ifndef TUNESMITH_WORKER_AGENT_PROCESS_HOST_MEMORY_H_
#define TUNESMITH_WORKER_AGENT_PROCESS_HOST_MEMORY_H_

#include <cstdint>
#include <string>

namespace tunesmith::worker {

// What this process and those it starts may hold together: the machine's
// memory, or less where their control group (version 1 or 2) or one above it
// has a limit. 0 where that cannot be read. `root` is put before /proc and
// /sys.
int64_t HostMemoryBytes(const std::string& root = "");

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_PROCESS_HOST_MEMORY_H_
