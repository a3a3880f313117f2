#ifndef TUNESMITH_TESTS_SERVER_TESTING_FAKE_CLOCK_H_
#define TUNESMITH_TESTS_SERVER_TESTING_FAKE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "proto/contract/base/clock.h"
#include "proto/contract/base/mutex.h"

namespace tunesmith {

// A clock that goes on when a test says so. Thread-safe.
class FakeClock : public Clock {
 public:
  absl::Time Now() const override {
    MutexLock lock(&mutex_);
    return absl::FromUnixSeconds(1'700'000'000) + elapsed_ + jumped_;
  }
  absl::Duration Monotonic() const override {
    MutexLock lock(&mutex_);
    return elapsed_;
  }
  void Advance(absl::Duration duration) {
    MutexLock lock(&mutex_);
    elapsed_ += duration;
  }
  // Somebody sets the wall clock; no time goes by.
  void JumpWallClock(absl::Duration by) {
    MutexLock lock(&mutex_);
    jumped_ += by;
  }

 private:
  mutable Mutex mutex_;
  absl::Duration elapsed_ ABSL_GUARDED_BY(mutex_);
  absl::Duration jumped_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith

#endif  // TUNESMITH_TESTS_SERVER_TESTING_FAKE_CLOCK_H_
