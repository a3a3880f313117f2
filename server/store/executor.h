#ifndef TUNESMITH_SERVER_STORE_EXECUTOR_H_
#define TUNESMITH_SERVER_STORE_EXECUTOR_H_

#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "proto/contract/base/mutex.h"

namespace tunesmith::server {

// Runs closures. Thread-safe.
class Executor {
 public:
  virtual ~Executor() = default;

  // Runs `task` later, or before it returns.
  virtual void Run(absl::AnyInvocable<void()> task) = 0;

  // Whether `task` has run when Run returns.
  virtual bool runs_inline() const { return false; }
};

// Runs closures at once on the caller's thread: tests and simulation.
class InlineExecutor : public Executor {
 public:
  void Run(absl::AnyInvocable<void()> task) override { task(); }
  bool runs_inline() const override { return true; }
};

// Runs closures on its own threads, first come first served; with one thread,
// in order. The destructor runs what is queued and joins.
class ThreadExecutor : public Executor {
 public:
  // `name` shows in debuggers; at most 15 bytes.
  ThreadExecutor(std::string name, int threads);
  ~ThreadExecutor() override;
  ThreadExecutor(const ThreadExecutor&) = delete;
  ThreadExecutor& operator=(const ThreadExecutor&) = delete;

  void Run(absl::AnyInvocable<void()> task) override;

 private:
  void Loop();

  Mutex mutex_;
  CondVar changed_;
  std::deque<absl::AnyInvocable<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_STORE_EXECUTOR_H_
