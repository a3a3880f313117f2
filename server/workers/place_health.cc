#include "server/workers/place_health.h"

#include <algorithm>

#include "server/lifecycle/wire_time.h"

namespace tunesmith::server {
namespace {

absl::Duration RestAfter(int consecutive) {
  // The longest is reached before the shift overflows.
  int64_t factor = int64_t{1} << std::min(consecutive - 1, 30);
  return std::min(factor * PlaceHealth::kFirstRest, PlaceHealth::kLongestRest);
}

}  // namespace

void PlaceHealth::Fail(v1::PlaceFault fault, const std::string& message,
                       absl::Duration now) {
  ++failures_[fault];
  message_ = message;
  if (rests(now)) return;
  ++consecutive_;
  resume_ = now + RestAfter(consecutive_);
}

void PlaceHealth::Recover() {
  consecutive_ = 0;
  message_.clear();
  resume_ = -absl::InfiniteDuration();
}

v1::Worker::Health PlaceHealth::Describe(absl::Duration now,
                                         absl::Time wall) const {
  v1::Worker::Health health;
  for (const auto& [fault, count] : failures_) {
    v1::Worker::Health::Failures& failures = *health.add_failures();
    failures.set_fault(fault);
    failures.set_count(count);
  }
  health.set_consecutive_failures(consecutive_);
  health.set_message(message_);
  if (rests(now)) {
    *health.mutable_resume_time() = ToWireTime(wall + (resume_ - now));
  }
  health.set_probing(quarantined() && !rests(now));
  return health;
}

}  // namespace tunesmith::server
