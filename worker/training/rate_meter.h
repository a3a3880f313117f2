#ifndef TUNESMITH_WORKER_TRAINING_RATE_METER_H_
#define TUNESMITH_WORKER_TRAINING_RATE_METER_H_

#include <deque>

#include "absl/time/time.h"

namespace tunesmith::worker {

// How fast something goes, over the last seconds of the time spent on it.
class RateMeter {
 public:
  explicit RateMeter(absl::Duration window) : window_(window) {}

  // `count` more was done in `spent`.
  void Add(double count, absl::Duration spent);

  // Per second; 0 before anything was done.
  double PerSecond() const;

  // As PerSecond, but once there is more than a handful without the slowest of
  // what was added: a first large batch pays for memory that later ones find
  // there. What happens again and again counts.
  double UsualPerSecond() const;

 private:
  struct Entry {
    double count;
    absl::Duration spent;
  };

  const absl::Duration window_;
  std::deque<Entry> entries_;
  double count_ = 0;
  absl::Duration spent_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_RATE_METER_H_
