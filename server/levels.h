#ifndef TUNESMITH_SERVER_LEVELS_H_
#define TUNESMITH_SERVER_LEVELS_H_

#include "server/api/worker_directory.h"
#include "server/metrics/server_gauges.h"
#include "server/store/store.h"

namespace tunesmith::server {

// How jobs, queue and slots stand now; `watchers` is left to the caller. Reads
// on the calling thread. What cannot be read counts as 0.
ServerLevels ReadLevels(Store& store, const WorkerDirectory& workers);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LEVELS_H_
