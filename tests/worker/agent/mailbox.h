#ifndef TUNESMITH_TESTS_WORKER_AGENT_MAILBOX_H_
#define TUNESMITH_TESTS_WORKER_AGENT_MAILBOX_H_

#include <deque>
#include <utility>

#include "proto/contract/base/mutex.h"

namespace tunesmith::worker {

// Values from other threads, for a test that waits for them. A test that waits
// in vain is ended by its time limit.
template <typename T>
class Mailbox {
 public:
  void Put(T value) {
    MutexLock lock(&mutex_);
    values_.push_back(std::move(value));
    changed_.SignalAll();
  }

  T Take() {
    MutexLock lock(&mutex_);
    while (values_.empty()) changed_.Wait(&mutex_);
    T value = std::move(values_.front());
    values_.pop_front();
    return value;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::deque<T> values_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_AGENT_MAILBOX_H_
