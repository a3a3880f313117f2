#ifndef TUNESMITH_TESTS_SIMULATION_SIMULATED_EXECUTOR_H_
#define TUNESMITH_TESTS_SIMULATION_SIMULATED_EXECUTOR_H_

#include <deque>
#include <utility>

#include "server/store/executor.h"

namespace tunesmith::simulation {

// Keeps closures until the simulation says which of them runs.
class SimulatedExecutor : public server::Executor {
 public:
  void Run(absl::AnyInvocable<void()> task) override {
    tasks_.push_back(std::move(task));
  }

  size_t size() const { return tasks_.size(); }
  void RunTask(size_t index) {
    absl::AnyInvocable<void()> task = std::move(tasks_[index]);
    tasks_.erase(tasks_.begin() + static_cast<ptrdiff_t>(index));
    task();
  }
  void RunAll() {
    while (!tasks_.empty()) RunTask(0);
  }

 private:
  std::deque<absl::AnyInvocable<void()>> tasks_;
};

}  // namespace tunesmith::simulation

#endif  // TUNESMITH_TESTS_SIMULATION_SIMULATED_EXECUTOR_H_
