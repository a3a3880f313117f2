#ifndef TUNESMITH_WORKER_AGENT_PROCESS_PROCESS_MEMORY_H_
#define TUNESMITH_WORKER_AGENT_PROCESS_PROCESS_MEMORY_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace tunesmith::worker {

// The bytes that a process holds and nobody can take back, from the text of
// /proc/{pid}/status: anonymous and shared pages, in memory or swapped out, but
// not pages of mapped files. Nothing where the text does not say.
std::optional<int64_t> ParseHeldMemory(std::string_view status);

// Of a process; nothing where it is gone.
std::optional<int64_t> ReadHeldMemory(pid_t pid);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_PROCESS_PROCESS_MEMORY_H_
