#ifndef TUNESMITH_WORKER_DATA_CLOSEST_NAME_H_
#define TUNESMITH_WORKER_DATA_CLOSEST_NAME_H_

#include <string>
#include <string_view>
#include <vector>

namespace tunesmith::worker {

// The name that was probably meant: the same but for case and white space at
// the ends, or at most a third of its characters away (insertions, deletions,
// replacements). Empty when no name is that close.
std::string ClosestName(std::string_view wanted,
                        const std::vector<std::string>& names);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_CLOSEST_NAME_H_
