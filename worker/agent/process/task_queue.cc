#include "worker/agent/process/task_queue.h"

#include <algorithm>
#include <utility>

namespace tunesmith::worker {
namespace {

// Longer waits overflow the condition variable's clock.
constexpr absl::Duration kLongestWait = absl::Hours(1);

}  // namespace

void TaskQueue::Post(Task task) {
  MutexLock lock(&mutex_);
  if (closed_) return;
  tasks_.push_back(std::move(task));
  changed_.SignalAll();
}

void TaskQueue::Close() {
  // Destroyed after the lock is given back: a task may own what posts.
  std::deque<Task> dropped;
  MutexLock lock(&mutex_);
  closed_ = true;
  dropped.swap(tasks_);
  changed_.SignalAll();
}

bool TaskQueue::RunFor(absl::Duration timeout) {
  std::deque<Task> batch;
  {
    MutexLock lock(&mutex_);
    if (tasks_.empty() && !closed_ && timeout > absl::ZeroDuration()) {
      // A spurious wake-up only makes the caller look at its deadlines early.
      changed_.WaitFor(&mutex_, std::min(timeout, kLongestWait));
    }
    if (closed_) return false;
    batch.swap(tasks_);
  }
  for (Task& task : batch) task();
  return true;
}

}  // namespace tunesmith::worker
