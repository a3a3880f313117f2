#ifndef TUNESMITH_SERVER_STORE_DATABASE_COPY_H_
#define TUNESMITH_SERVER_STORE_DATABASE_COPY_H_

#include <string>

#include "absl/status/status.h"

namespace tunesmith::server {

// Copies the database at `from`, as it is at one moment, to a new file `to`
// that needs no other file beside it. Other processes may write meanwhile and
// do not wait; only their log grows longer until the end.
absl::Status CopyDatabase(const std::string& from, const std::string& to);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_STORE_DATABASE_COPY_H_
