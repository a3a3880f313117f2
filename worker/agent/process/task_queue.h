#ifndef TUNESMITH_WORKER_AGENT_PROCESS_TASK_QUEUE_H_
#define TUNESMITH_WORKER_AGENT_PROCESS_TASK_QUEUE_H_

#include <deque>
#include <functional>

#include "absl/time/time.h"
#include "proto/contract/base/mutex.h"

namespace tunesmith::worker {

// Closures that one thread runs in order. Post and Close are thread-safe; one
// thread calls RunFor.
class TaskQueue {
 public:
  using Task = std::function<void()>;

  // Dropped once the queue is closed.
  void Post(Task task);

  // Drops what still waits; RunFor returns false from now on.
  void Close();

  // Waits up to `timeout` for tasks and runs all that are there. False once
  // the queue is closed.
  bool RunFor(absl::Duration timeout);

 private:
  Mutex mutex_;
  CondVar changed_;
  std::deque<Task> tasks_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_PROCESS_TASK_QUEUE_H_
