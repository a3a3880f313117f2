#ifndef TUNESMITH_SERVER_WORKERS_RESTORE_LEASES_H_
#define TUNESMITH_SERVER_WORKERS_RESTORE_LEASES_H_

#include "absl/status/status.h"
#include "server/workers/context.h"

namespace tunesmith::server {

// After a start of the server, before workers can connect: gives every lease
// in the store a full term and lists it in the registry, so that its worker can
// come back and go on. Tells the registry which workers are drained. Blocks on
// the database.
absl::Status RestoreLeases(const WorkersContext& context);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORKERS_RESTORE_LEASES_H_
