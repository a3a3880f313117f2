#ifndef TUNESMITH_TESTS_SIMULATION_FIBER_H_
#define TUNESMITH_TESTS_SIMULATION_FIBER_H_

#include <ucontext.h>

#include <functional>
#include <optional>

#include "absl/time/time.h"
#include "proto/contract/base/clock.h"

namespace tunesmith::simulation {

// A loop that the server runs on a thread of its own, here on the simulation's
// thread: waiting for a condition variable gives the turn back, and whoever
// holds the fiber says when it goes on. The program's pthread_cond_* and
// clock_gettime (fiber.cc) make it so; the server's code is as it is.
//
// One thread uses all of a simulation's fibers.
class Fiber {
 public:
  // `body` begins at the first Resume. `clock` is the steady clock of timed
  // waits; outlives the fiber.
  Fiber(const Clock* clock, std::function<void()> body);
  // It has ended, or was never resumed.
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Runs until it waits, or ends.
  void Resume();
  bool done() const { return done_; }
  // It did not begin, was notified, or its time is over.
  bool ready() const;
  // When a timed wait ends.
  std::optional<absl::Duration> deadline() const;

  // --- For the program's functions of condition variables. ---

  static Fiber* Current();
  // Gives the turn back; false when the time was over first.
  bool WaitFor(const void* condition, std::optional<absl::Duration> deadline);
  static void Notify(const void* condition);
  // Whether this thread has fibers, so that its own waiting would never end.
  static bool AnyAlive();
  absl::Duration Monotonic() const { return clock_->Monotonic(); }

 private:
  static void Enter();
  void SwitchTo(ucontext_t& from, ucontext_t& to, bool leaving);

  const Clock* const clock_;
  std::function<void()> body_;
  void* stack_;
  ucontext_t own_;
  ucontext_t caller_;
  bool begun_ = false;
  bool done_ = false;
  // What it waits for; null: nothing.
  const void* condition_ = nullptr;
  bool notified_ = false;
  std::optional<absl::Duration> deadline_;
  // Of AddressSanitizer.
  void* sanitizer_ = nullptr;
  const void* caller_stack_ = nullptr;
  size_t caller_stack_bytes_ = 0;
};

}  // namespace tunesmith::simulation

#endif  // TUNESMITH_TESTS_SIMULATION_FIBER_H_
