#ifndef TUNESMITH_SERVER_API_WORKER_DIRECTORY_H_
#define TUNESMITH_SERVER_API_WORKER_DIRECTORY_H_

#include <vector>

#include "server/work/slot_needs.h"
#include "tunesmith/v1/worker.pb.h"

namespace tunesmith::server {

// Where the API learns about workers; the composition root answers from the
// registry. Thread-safe; must not block.
class WorkerDirectory {
 public:
  virtual ~WorkerDirectory() = default;

  // By name, with what runs in each slot.
  virtual std::vector<v1::Worker> List() const = 0;
  // Whether a connected worker, which does not drain, has a slot in service
  // that could ever take such an item.
  virtual bool CouldRun(const SlotNeeds& needs) const = 0;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_WORKER_DIRECTORY_H_
