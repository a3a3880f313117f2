#include "worker/training/rate_meter.h"

#include <algorithm>

namespace tunesmith::worker {

void RateMeter::Add(double count, absl::Duration spent) {
  entries_.push_back({count, spent});
  count_ += count;
  spent_ += spent;
  // One entry always stays, however long it took.
  while (entries_.size() > 1 && spent_ - entries_.front().spent >= window_) {
    count_ -= entries_.front().count;
    spent_ -= entries_.front().spent;
    entries_.pop_front();
  }
}

double RateMeter::PerSecond() const {
  double seconds = absl::ToDoubleSeconds(spent_);
  return seconds > 0 ? count_ / seconds : 0;
}

double RateMeter::UsualPerSecond() const {
  constexpr size_t kHandful = 5;
  if (entries_.size() <= kHandful) return PerSecond();
  auto slowest = std::max_element(
      entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
        return absl::ToDoubleSeconds(a.spent) * b.count <
               absl::ToDoubleSeconds(b.spent) * a.count;
      });
  double seconds = absl::ToDoubleSeconds(spent_ - slowest->spent);
  return seconds > 0 ? (count_ - slowest->count) / seconds : PerSecond();
}

}  // namespace tunesmith::worker
