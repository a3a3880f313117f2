#include "server/api/patience.h"

#include <utility>

#include "absl/time/clock.h"

namespace tunesmith::server {
namespace {

constexpr int64_t kEnded = -1;

}  // namespace

void Patience::Begin(absl::AnyInvocable<void()> on_late) {
  const int64_t number = ++number_;
  wait_->store(number);
  // One for each wait: an alarm cannot be set again before it was told of its
  // end. gRPC's functions can be copied, so that this one is shared.
  alarm_ = std::make_unique<grpc::Alarm>();
  auto shared =
      std::make_shared<absl::AnyInvocable<void()>>(std::move(on_late));
  alarm_->Set(absl::ToChronoTime(absl::Now() + limit_),
              [wait = wait_, number, shared](bool due) {
                int64_t expected = number;
                if (due && wait->compare_exchange_strong(expected, kEnded)) {
                  (*shared)();
                }
              });
}

bool Patience::End() {
  int64_t expected = number_;
  const bool in_time = wait_->compare_exchange_strong(expected, kEnded);
  if (in_time) alarm_->Cancel();
  return in_time;
}

}  // namespace tunesmith::server
