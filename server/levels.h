#ifndef TUNESMITH_SERVER_LEVELS_H_
#define TUNESMITH_SERVER_LEVELS_H_

#include "server/api/worker_directory.h"
#include "server/metrics/server_gauges.h"
#include "server/store/store.h"
#include "server/upkeep/storage_keeper.h"

namespace tunesmith::server {

// How jobs, queue, slots and disk stand now; `watchers` is left to the caller.
// Reads on the calling thread. What cannot be read counts as 0.
ServerLevels ReadLevels(Store& store, const WorkerDirectory& workers,
                        const StorageKeeper& keeper);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LEVELS_H_
