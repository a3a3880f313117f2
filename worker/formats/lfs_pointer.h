#ifndef TUNESMITH_WORKER_FORMATS_LFS_POINTER_H_
#define TUNESMITH_WORKER_FORMATS_LFS_POINTER_H_

#include <string>
#include <string_view>

namespace tunesmith::worker {

// Whether a file is what git-lfs leaves in place of a large one that was not
// fetched: three lines of text.
bool IsLfsPointer(std::string_view content);

// What to say of such a file.
std::string LfsPointerMessage(std::string_view file_name);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_FORMATS_LFS_POINTER_H_
