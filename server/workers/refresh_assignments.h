#ifndef TUNESMITH_SERVER_WORKERS_REFRESH_ASSIGNMENTS_H_
#define TUNESMITH_SERVER_WORKERS_REFRESH_ASSIGNMENTS_H_

#include <string>

#include "server/workers/context.h"

namespace tunesmith::server {

// Reads what is leased to the worker and gives it to the registry, which tells
// the worker's session and, where slots became free, the scheduler. Call after
// every commit that changed it (LifecycleObserver::OnAssignmentsChanged). The
// registry follows the store this way whatever the change was. Does not block.
void RefreshAssignments(const WorkersContext& context,
                        const std::string& worker_id);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORKERS_REFRESH_ASSIGNMENTS_H_
