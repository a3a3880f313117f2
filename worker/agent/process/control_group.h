#ifndef TUNESMITH_WORKER_AGENT_PROCESS_CONTROL_GROUP_H_
#define TUNESMITH_WORKER_AGENT_PROCESS_CONTROL_GROUP_H_

#include <string>
#include <string_view>

namespace tunesmith::worker {

// The path, with a leading slash, of this process's control group: that of a
// version 1 `controller`, or that of version 2 where it is empty. Empty where
// there is none. `root` is put before /proc.
std::string ControlGroupPath(const std::string& root,
                             std::string_view controller);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_PROCESS_CONTROL_GROUP_H_
