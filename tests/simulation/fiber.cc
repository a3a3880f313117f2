#include "tests/simulation/fiber.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/mman.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace tunesmith::simulation {
namespace {

constexpr size_t kStackBytes = size_t{1} << 20;

thread_local Fiber* current = nullptr;
thread_local std::vector<Fiber*> alive;
// Stacks of fibers that ended: a simulation makes thousands.
thread_local std::vector<void*> stacks;

void* TakeStack() {
  if (!stacks.empty()) {
    void* stack = stacks.back();
    stacks.pop_back();
    return stack;
  }
  void* stack = mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (stack == MAP_FAILED) std::abort();
  return stack;
}

}  // namespace

Fiber::Fiber(const Clock* clock, std::function<void()> body)
    : clock_(clock), body_(std::move(body)), stack_(TakeStack()) {
  getcontext(&own_);
  own_.uc_stack.ss_sp = stack_;
  own_.uc_stack.ss_size = kStackBytes;
  own_.uc_link = nullptr;
  makecontext(&own_, &Fiber::Enter, 0);
  alive.push_back(this);
}

Fiber::~Fiber() {
  if (begun_ && !done_) {
    std::fputs("a fiber is destroyed while it waits\n", stderr);
    std::abort();
  }
  std::erase(alive, this);
  stacks.push_back(stack_);
}

void Fiber::Enter() {
  Fiber* self = current;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, &self->caller_stack_,
                                  &self->caller_stack_bytes_);
#endif
  self->body_();
  self->done_ = true;
  current = nullptr;
  self->SwitchTo(self->own_, self->caller_, /*leaving=*/true);
}

void Fiber::SwitchTo(ucontext_t& from, ucontext_t& to, bool leaving) {
#if defined(__SANITIZE_ADDRESS__)
  void* saved = nullptr;
  if (&to == &own_) {
    __sanitizer_start_switch_fiber(&saved, stack_, kStackBytes);
  } else {
    __sanitizer_start_switch_fiber(leaving ? nullptr : &sanitizer_,
                                   caller_stack_, caller_stack_bytes_);
  }
  swapcontext(&from, &to);
  if (&to == &own_) {
    __sanitizer_finish_switch_fiber(saved, nullptr, nullptr);
  } else {
    __sanitizer_finish_switch_fiber(sanitizer_, &caller_stack_,
                                    &caller_stack_bytes_);
  }
#else
  swapcontext(&from, &to);
#endif
}

void Fiber::Resume() {
  if (done_) return;
  begun_ = true;
  current = this;
  SwitchTo(caller_, own_, /*leaving=*/false);
}

bool Fiber::ready() const {
  if (done_) return false;
  if (condition_ == nullptr || notified_) return true;
  return deadline_.has_value() && *deadline_ <= clock_->Monotonic();
}

std::optional<absl::Duration> Fiber::deadline() const {
  return done_ || condition_ == nullptr ? std::nullopt : deadline_;
}

Fiber* Fiber::Current() { return current; }

bool Fiber::WaitFor(const void* condition,
                    std::optional<absl::Duration> deadline) {
  condition_ = condition;
  notified_ = false;
  deadline_ = deadline;
  current = nullptr;
  SwitchTo(own_, caller_, /*leaving=*/false);
  condition_ = nullptr;
  return notified_;
}

void Fiber::Notify(const void* condition) {
  for (Fiber* fiber : alive) {
    if (fiber->condition_ == condition) fiber->notified_ = true;
  }
}

bool Fiber::AnyAlive() { return !alive.empty(); }

}  // namespace tunesmith::simulation

// The program's own versions of what condition variables are made of. Outside
// of fibers they do what the C library does.

namespace {

using tunesmith::simulation::Fiber;

template <typename Function>
Function* Original(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

absl::Duration FromTimespec(const timespec& time) {
  return absl::Seconds(time.tv_sec) + absl::Nanoseconds(time.tv_nsec);
}

// A thread that is to resume its fibers must not wait for one of them.
void CheckMayBlock() {
  if (!Fiber::AnyAlive()) return;
  std::fputs("the simulation itself would wait for ever\n", stderr);
  std::abort();
}

int WaitInFiber(Fiber& fiber, pthread_cond_t* condition, pthread_mutex_t* mutex,
                std::optional<absl::Duration> deadline) {
  pthread_mutex_unlock(mutex);
  bool notified = fiber.WaitFor(condition, deadline);
  pthread_mutex_lock(mutex);
  return notified ? 0 : ETIMEDOUT;
}

}  // namespace

extern "C" {

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  if (Fiber* fiber = Fiber::Current()) {
    return WaitInFiber(*fiber, condition, mutex, std::nullopt);
  }
  CheckMayBlock();
  static auto* original =
      Original<int(pthread_cond_t*, pthread_mutex_t*)>("pthread_cond_wait");
  return original(condition, mutex);
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           clockid_t clock, const timespec* time) {
  if (Fiber* fiber = Fiber::Current()) {
    return WaitInFiber(*fiber, condition, mutex, FromTimespec(*time));
  }
  CheckMayBlock();
  static auto* original =
      Original<int(pthread_cond_t*, pthread_mutex_t*, clockid_t,
                   const timespec*)>("pthread_cond_clockwait");
  return original(condition, mutex, clock, time);
}

int pthread_cond_broadcast(pthread_cond_t* condition) {
  Fiber::Notify(condition);
  static auto* original =
      Original<int(pthread_cond_t*)>("pthread_cond_broadcast");
  return original(condition);
}

int clock_gettime(clockid_t clock, timespec* time) {
  Fiber* fiber = Fiber::Current();
  if (fiber != nullptr && clock == CLOCK_MONOTONIC) {
    *time = absl::ToTimespec(fiber->Monotonic());
    return 0;
  }
  static auto* original = Original<int(clockid_t, timespec*)>("clock_gettime");
  return original(clock, time);
}

}  // extern "C"
