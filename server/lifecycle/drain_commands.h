#ifndef TUNESMITH_SERVER_LIFECYCLE_DRAIN_COMMANDS_H_
#define TUNESMITH_SERVER_LIFECYCLE_DRAIN_COMMANDS_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/lifecycle/context.h"
#include "server/store/store.h"
#include "tunesmith/v1/worker.pb.h"

// Workers that get nothing new by somebody's wish: rows of drained_workers.

namespace tunesmith::server {

// `drain` without its time, which comes back with it. Asks what runs on the
// worker for a checkpoint, unless it is to run to its end; asked again, the
// newest wish counts. What looks at data or models ends by itself soon.
absl::StatusOr<v1::Worker::Drain> DrainWorker(Transaction& tx,
                                              const LifecycleContext& context,
                                              const std::string& worker_id,
                                              v1::Worker::Drain drain);

// Takes DrainWorker back, where there was one, and lets the worker be well.
absl::Status ResumeWorker(Transaction& tx, const LifecycleContext& context,
                          const std::string& worker_id);

absl::StatusOr<bool> IsDrained(Connection& db, const std::string& worker_id);

// By worker id.
absl::StatusOr<std::map<std::string, v1::Worker::Drain>> ListDrains(
    Connection& db);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_DRAIN_COMMANDS_H_
