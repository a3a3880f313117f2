#include "server/store/executor.h"

#include <pthread.h>

#include <utility>

namespace tunesmith::server {

ThreadExecutor::ThreadExecutor(std::string name, int threads) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this, name] {
      pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
      Loop();
    });
  }
}

ThreadExecutor::~ThreadExecutor() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.SignalAll();
  }
  for (std::thread& thread : threads_) thread.join();
}

void ThreadExecutor::Run(absl::AnyInvocable<void()> task) {
  MutexLock lock(&mutex_);
  queue_.push_back(std::move(task));
  changed_.SignalAll();
}

void ThreadExecutor::Loop() {
  while (true) {
    absl::AnyInvocable<void()> task;
    {
      MutexLock lock(&mutex_);
      while (queue_.empty() && !stopping_) changed_.Wait(&mutex_);
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    task();
  }
}

}  // namespace tunesmith::server
