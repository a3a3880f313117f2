#include "worker/formats/lfs_pointer.h"

#include "absl/strings/str_cat.h"

namespace tunesmith::worker {

bool IsLfsPointer(std::string_view content) {
  return content.starts_with("version https://git-lfs.github.com/spec/");
}

std::string LfsPointerMessage(std::string_view file_name) {
  return absl::StrCat(std::string(file_name),
                      " is a git-lfs pointer, not the file itself (run `git "
                      "lfs pull` where it was cloned, then import again)");
}

}  // namespace tunesmith::worker
