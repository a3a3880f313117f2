#ifndef TUNESMITH_SERVER_WORKERS_WORKER_REGISTRY_H_
#define TUNESMITH_SERVER_WORKERS_WORKER_REGISTRY_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "proto/contract/base/mutex.h"
#include "server/work/scheduler.h"
#include "server/work/work_queue.h"
#include "tunesmith/internal/v1/worker_session.pb.h"
#include "tunesmith/v1/worker.pb.h"

namespace tunesmith::server {

// The stream of a connected worker, as the registry sees it. Must not block.
class WorkerLink {
 public:
  virtual ~WorkerLink() = default;

  // What should run there changed: the session pushes the new state.
  virtual void OnAssignmentsChanged() = 0;
  // A newer boot of the worker connected, or the server stops: end the stream.
  virtual void OnEvicted(const absl::Status& status) = 0;
};

// The workers that are or were connected, and what is leased to their slots.
// In memory only: after a start of the server it fills from the leases in the
// store and from the workers that connect. Thread-safe.
class WorkerRegistry : public SlotSource {
 public:
  // A lease as the registry remembers it.
  struct Assignment {
    WorkRow row;
    bool cancel = false;
  };

  // A worker said Hello. Evicts the link of an older boot, or of the same one;
  // returns false when a newer boot is known, and the link is not taken then.
  bool Connect(const internal::v1::Hello& hello,
               std::shared_ptr<WorkerLink> link, absl::Time now);
  // Its stream ended; ignored when `link` is not its current one.
  void Disconnect(const std::string& worker_id, const WorkerLink* link);
  void Seen(const std::string& worker_id, absl::Time now);

  // Leases, as commits make and end them.
  void Assign(const WorkRow& row);
  void SetCancelled(const std::string& worker_id, const LeaseKey& lease);
  void Release(const std::string& worker_id, const LeaseKey& lease);

  std::vector<Assignment> AssignmentsOf(const std::string& worker_id) const;
  std::vector<FreeSlot> FreeSlots() override;

  // By name; connected ones and those that still hold a lease.
  std::vector<v1::Worker> List() const;
  // Slots of connected workers that could ever take such an item.
  bool CouldRun(v1::Slot::Purpose purpose,
                v1::Resources::DeviceKind device_kind) const;

  // Tells the worker's session, if it has one.
  void NotifyAssignmentsChanged(const std::string& worker_id);
  // Ends every stream.
  void Shutdown(const absl::Status& status);

 private:
  struct Entry {
    v1::Worker worker;
    int64_t boot_id = 0;
    std::shared_ptr<WorkerLink> link;
    std::map<LeaseKey, Assignment> assignments;
  };

  mutable Mutex mutex_;
  std::map<std::string, Entry> workers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORKERS_WORKER_REGISTRY_H_
