#include "proto/artifact/file_error.h"

#include <errno.h>

#include <system_error>

#include "proto/contract/base/reason.h"

namespace tunesmith {

absl::Status FileError(int error_number, std::string_view action,
                       const std::string& path) {
  std::string message(action);
  message += " " + path + ": " + std::generic_category().message(error_number);
  if (error_number == ENOSPC || error_number == EDQUOT) {
    return ReasonedError(absl::StatusCode::kResourceExhausted, "DISK_FULL",
                         message);
  }
  return absl::Status(absl::ErrnoToStatusCode(error_number), message);
}

}  // namespace tunesmith
