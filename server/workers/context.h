#ifndef TUNESMITH_SERVER_WORKERS_CONTEXT_H_
#define TUNESMITH_SERVER_WORKERS_CONTEXT_H_

#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
#include "server/lifecycle/context.h"
#include "server/store/store.h"

namespace tunesmith::server {

class LeaseClock;
class WorkerRegistry;

// What this room works with. Not owned; it and all that it names outlive the
// store's last read and completion.
struct WorkersContext {
  Store* store = nullptr;
  Clock* clock = nullptr;
  WorkerRegistry* registry = nullptr;
  // Wants to know of leases that are new or end earlier.
  LeaseClock* lease_clock = nullptr;
  LifecycleContext lifecycle;
  // A lease runs out this long after the last report that held it.
  absl::Duration lease_term = absl::Seconds(15);
  // How often workers report; well below the lease term.
  absl::Duration report_interval = absl::Milliseconds(500);
  // How long leases go on after the end of their worker's stream, at most.
  absl::Duration disconnect_grace = absl::Seconds(10);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORKERS_CONTEXT_H_
