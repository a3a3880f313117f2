#ifndef TUNESMITH_SERVER_WORKERS_BOOT_LEASES_H_
#define TUNESMITH_SERVER_WORKERS_BOOT_LEASES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/work/work_queue.h"
#include "server/workers/context.h"
#include "server/workers/worker_registry.h"
#include "tunesmith/internal/v1/worker_session.pb.h"

namespace tunesmith::server {

// What is leased to one start of a worker program, and what becomes of that.
// Thread-safe: names only, all state is in what the context names.
class BootLeases {
 public:
  // `context` is not owned.
  BootLeases(const WorkersContext* context, std::string worker_id,
             int64_t boot_id);

  const std::string& worker_id() const { return worker_id_; }
  int64_t boot_id() const { return boot_id_; }

  // Ends the leases of other boots: what ran there is gone.
  absl::Status EndOlder(Transaction& tx) const;

  std::vector<WorkerRegistry::Assignment> List() const;
  // Null when this boot does not hold the lease.
  WorkerRegistry::Assignment Find(const LeaseKey& lease) const;

  // The worker said something about a lease, or just connected: it has a full
  // term again.
  void Renew(const LeaseKey& lease) const;
  void RenewAll() const;
  // Renews what the report names and passes its progress on.
  void Take(const internal::v1::Report& report) const;

  // The worker is not connected any more: its leases end after the grace.
  void Shorten() const;

  // The worker says what cannot be stored: ends the attempt, so that it does
  // not say the same for ever. Does not block.
  void GiveUp(const LeaseKey& lease, const absl::Status& cause) const;

 private:
  const WorkersContext* context_;
  std::string worker_id_;
  int64_t boot_id_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORKERS_BOOT_LEASES_H_
