#ifndef TUNESMITH_SERVER_UPKEEP_FREE_PAGES_H_
#define TUNESMITH_SERVER_UPKEEP_FREE_PAGES_H_

#include <functional>

#include "absl/status/status.h"
#include "server/store/store.h"

namespace tunesmith::server {

// Gives room that the database does not use any more back to the disk, once it
// is a fifth of the file, in writes so small that others hardly wait for them.
// Does nothing for a database that was made before this was possible:
// `tunesmith-server compact` changes that. `should_stop` is asked between
// writes.
absl::Status GiveBackFreePages(Store& store,
                               const std::function<bool()>& should_stop);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_UPKEEP_FREE_PAGES_H_
