#ifndef TUNESMITH_SERVER_LIFECYCLE_PLACE_FAULTS_H_
#define TUNESMITH_SERVER_LIFECYCLE_PLACE_FAULTS_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "proto/contract/base/mutex.h"
#include "server/work/slot_needs.h"

namespace tunesmith::server {

// Items that could not run on a worker through no fault of their own, so that
// they are offered elsewhere. In memory only: after a start of the server every
// worker is tried again. Thread-safe.
class PlaceFaults {
 public:
  // Beyond so many items the oldest is forgotten.
  static constexpr size_t kMaxItems = 10'000;

  // How an item fared.
  struct Tally {
    int faults = 0;
    // Different workers.
    int workers = 0;
  };

  struct FailedItem {
    std::string uid;
    SlotNeeds needs;
    // Where it failed.
    std::set<std::string> workers;
  };

  // What Add would make of it.
  Tally TallyWith(const std::string& item_uid,
                  const std::string& worker_id) const;
  void Add(const std::string& item_uid, const SlotNeeds& needs,
           const std::string& worker_id);
  // The item ended, or came on.
  void Forget(const std::string& item_uid);

  // All that failed on the worker.
  std::vector<FailedItem> FailedAt(const std::string& worker_id) const;

 private:
  struct Entry {
    FailedItem item;
    int faults = 0;
    // Of the first fault, counted up.
    size_t number = 0;
  };

  mutable Mutex mutex_;
  size_t last_number_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);
  // Uids, by number.
  std::map<size_t, std::string> order_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_PLACE_FAULTS_H_
