#ifndef TUNESMITH_SERVER_WORK_LEASE_TABLE_H_
#define TUNESMITH_SERVER_WORK_LEASE_TABLE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "proto/contract/base/mutex.h"
#include "server/work/work_queue.h"

namespace tunesmith::server {

// When leases run out: monotonic deadlines, in memory only. After a start of
// the server every lease gets a full term. Thread-safe.
class LeaseTable {
 public:
  // Begins or renews: the lease runs out at `deadline` (Clock::Monotonic).
  void Renew(const LeaseKey& lease, const std::string& worker_id,
             absl::Duration deadline);

  // Renews only leases that are in the table.
  void RenewIfHeld(const LeaseKey& lease, absl::Duration deadline);

  // The worker's stream ended: its leases run out at `deadline` at the latest.
  void Shorten(const std::string& worker_id, absl::Duration deadline);

  // Gives every lease that would run out before `deadline` until then.
  void GrantAll(absl::Duration deadline);

  void Remove(const LeaseKey& lease);

  // Who has it; empty: nobody.
  std::string WorkerOf(const LeaseKey& lease) const;

  // Leases whose deadline is not after `now`. They stay until removed.
  std::vector<LeaseKey> Expired(absl::Duration now) const;

  // The next deadline.
  std::optional<absl::Duration> NextDeadline() const;

 private:
  struct Entry {
    std::string worker_id;
    absl::Duration deadline;
  };

  mutable Mutex mutex_;
  std::map<LeaseKey, Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORK_LEASE_TABLE_H_
