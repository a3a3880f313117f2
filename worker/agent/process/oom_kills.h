#ifndef TUNESMITH_WORKER_AGENT_PROCESS_OOM_KILLS_H_
#define TUNESMITH_WORKER_AGENT_PROCESS_OOM_KILLS_H_

#include <cstdint>
#include <string>

namespace tunesmith::worker {

// How many processes the kernel has killed for want of memory: in this
// process's control group (version 2) and on the machine, added up. Only its
// growth means something. What cannot be read counts as 0. `root` is put
// before /proc and /sys.
int64_t CountOomKills(const std::string& root = "");

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_PROCESS_OOM_KILLS_H_
