#ifndef TUNESMITH_TESTS_BENCHMARK_LOAD_LATENCIES_H_
#define TUNESMITH_TESTS_BENCHMARK_LOAD_LATENCIES_H_

#include <algorithm>
#include <chrono>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "proto/contract/base/mutex.h"

namespace tunesmith::load {

// Seconds since an arbitrary start, the same in all of the program.
inline double Now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Durations in seconds. Thread-safe.
class Latencies {
 public:
  void Add(double seconds) {
    MutexLock lock(&mutex_);
    values_.push_back(seconds);
  }
  size_t size() const {
    MutexLock lock(&mutex_);
    return values_.size();
  }
  // `part` from 0 to 1; 0 without values.
  double Quantile(double part) const {
    MutexLock lock(&mutex_);
    if (values_.empty()) return 0;
    std::vector<double> sorted = values_;
    auto at = static_cast<ptrdiff_t>(part * (sorted.size() - 1));
    std::nth_element(sorted.begin(), sorted.begin() + at, sorted.end());
    return sorted[at];
  }

 private:
  mutable Mutex mutex_;
  std::vector<double> values_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::load

#endif  // TUNESMITH_TESTS_BENCHMARK_LOAD_LATENCIES_H_
