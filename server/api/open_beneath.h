#ifndef TUNESMITH_SERVER_API_OPEN_BENEATH_H_
#define TUNESMITH_SERVER_API_OPEN_BENEATH_H_

#include <string>

#include "server/api/unique_fd.h"

namespace tunesmith::server {

// An open file, or the errno of the failure.
struct OpenResult {
  UniqueFd fd;
  int error = 0;
};

// Opens `path`, relative to the directory `root`, for reading. No part of it
// may be `..` or a symbolic link: EXDEV or ELOOP. Never blocks on a FIFO. An
// empty path is the root itself.
OpenResult OpenBeneath(int root, const std::string& path);

// The same one part at a time, for kernels without openat2.
OpenResult WalkBeneath(int root, const std::string& path);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_OPEN_BENEATH_H_
