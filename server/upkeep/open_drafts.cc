#include "server/upkeep/open_drafts.h"

namespace tunesmith::server {

void OpenDrafts::Add(const std::string& key) {
  MutexLock lock(&mutex_);
  keys_.insert(key);
}

void OpenDrafts::Remove(const std::string& key) {
  MutexLock lock(&mutex_);
  keys_.erase(key);
}

std::set<std::string> OpenDrafts::keys() const {
  MutexLock lock(&mutex_);
  return keys_;
}

}  // namespace tunesmith::server
