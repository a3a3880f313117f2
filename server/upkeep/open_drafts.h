#ifndef TUNESMITH_SERVER_UPKEEP_OPEN_DRAFTS_H_
#define TUNESMITH_SERVER_UPKEEP_OPEN_DRAFTS_H_

#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "proto/contract/base/mutex.h"

namespace tunesmith::server {

// Keys of the artifacts that requests are filling: no record refers to them
// yet, and nobody may take them for leftovers. Thread-safe.
class OpenDrafts {
 public:
  // Before the artifact's directory is made.
  void Add(const std::string& key);
  // After a record that refers to it is on disk, or after its bytes are gone.
  void Remove(const std::string& key);

  std::set<std::string> keys() const;

 private:
  mutable Mutex mutex_;
  std::set<std::string> keys_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_UPKEEP_OPEN_DRAFTS_H_
