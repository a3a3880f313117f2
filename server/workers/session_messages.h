#ifndef TUNESMITH_SERVER_WORKERS_SESSION_MESSAGES_H_
#define TUNESMITH_SERVER_WORKERS_SESSION_MESSAGES_H_

#include <cstdint>
#include <vector>

#include "server/workers/context.h"
#include "server/workers/worker_registry.h"
#include "tunesmith/internal/v1/worker_session.pb.h"

// What the server says to a worker. Pure.

namespace tunesmith::server {

internal::v1::ServerMessage WelcomeMessage(const WorkersContext& context);

// `assignments` is all that should run on the worker.
internal::v1::ServerMessage DesiredStateMessage(
    const std::vector<WorkerRegistry::Assignment>& assignments);

internal::v1::ServerMessage StoredMessage(const LeaseKey& lease,
                                          int64_t sequence);
internal::v1::ServerMessage FencedMessage(const LeaseKey& lease);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORKERS_SESSION_MESSAGES_H_
