#ifndef TUNESMITH_SERVER_WORKERS_PLACE_HEALTH_H_
#define TUNESMITH_SERVER_WORKERS_PLACE_HEALTH_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/time/time.h"
#include "tunesmith/v1/worker.pb.h"

namespace tunesmith::server {

// How a worker does as a place to run things in. One that failed rests, longer
// with every failure in a row; after kQuarantine of them it gets one item at a
// time until one does not fail by it. Times are Clock::Monotonic. Not
// thread-safe.
class PlaceHealth {
 public:
  static constexpr int kQuarantine = 5;
  static constexpr absl::Duration kFirstRest = absl::Seconds(1);
  static constexpr absl::Duration kLongestRest = absl::Minutes(5);

  // An attempt failed by the place. What fails while it rests began before, and
  // counts with the failure that it rests for.
  void Fail(v1::PlaceFault fault, const std::string& message,
            absl::Duration now);
  // An attempt did not fail by it, or somebody says that it is well.
  void Recover();

  bool rests(absl::Duration now) const { return now < resume_; }
  bool quarantined() const { return consecutive_ >= kQuarantine; }
  // The end of its last rest.
  absl::Duration resume() const { return resume_; }

  // `now` and `wall` are the same moment.
  v1::Worker::Health Describe(absl::Duration now, absl::Time wall) const;

 private:
  std::map<v1::PlaceFault, int64_t> failures_;
  int consecutive_ = 0;
  std::string message_;
  absl::Duration resume_ = -absl::InfiniteDuration();
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORKERS_PLACE_HEALTH_H_
