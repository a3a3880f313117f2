#include "server/workers/lease_clock.h"

#include <algorithm>
#include <utility>

#include "server/lifecycle/work_commands.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

// After an end that could not be written, for example on a full disk.
constexpr absl::Duration kRetryDelay = absl::Seconds(1);

}  // namespace

LeaseClock::LeaseClock(Store* store, Clock* clock, LifecycleContext lifecycle)
    : store_(store), clock_(clock), lifecycle_(std::move(lifecycle)) {}

LeaseClock::~LeaseClock() {
  MutexLock lock(&mutex_);
  while (!pending_.empty()) changed_.Wait(&mutex_);
}

void LeaseClock::RunOnce() {
  absl::Duration now = clock_->Monotonic();
  std::vector<LeaseKey> expired = lifecycle_.leases->Expired(now);
  {
    MutexLock lock(&mutex_);
    if (now < resume_time_) return;
    std::erase_if(expired, [this](const LeaseKey& lease)
                               ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
                                 return !pending_.insert(lease).second;
                               });
  }
  for (const LeaseKey& lease : expired) Expire(lease);
}

void LeaseClock::Expire(const LeaseKey& lease) {
  spdlog::warn("lease ran out item={} fence={}", lease.item_uid, lease.fence);
  store_->Write(
      [this, lease](Transaction& tx) {
        return ExpireLease(tx, lifecycle_, lease,
                           "the worker did not report in time");
      },
      [this, lease](absl::Status status) { OnExpired(lease, status); });
}

void LeaseClock::OnExpired(const LeaseKey& lease, const absl::Status& status) {
  if (status.ok()) {
    // Also where the lease was not good any more, and nothing changed.
    lifecycle_.leases->Remove(lease);
  } else {
    spdlog::error("lease not ended item={} fence={} error=\"{}\"",
                  lease.item_uid, lease.fence, status.ToString());
  }
  MutexLock lock(&mutex_);
  if (!status.ok()) resume_time_ = clock_->Monotonic() + kRetryDelay;
  pending_.erase(lease);
  changed_.SignalAll();
}

std::optional<absl::Duration> LeaseClock::NextDue() {
  // Leases whose end is being written are still in the table; what comes after
  // them is seen once that is decided.
  if (!pending_.empty()) return std::nullopt;
  std::optional<absl::Duration> next = lifecycle_.leases->NextDeadline();
  if (next.has_value()) next = std::max(*next, resume_time_);
  return next;
}

bool LeaseClock::WaitUntilDue() {
  MutexLock lock(&mutex_);
  while (!stopping_) {
    if (std::exchange(woken_, false)) return true;
    std::optional<absl::Duration> due = NextDue();
    if (!due.has_value()) {
      changed_.Wait(&mutex_);
      continue;
    }
    absl::Duration left = *due - clock_->Monotonic();
    if (left <= absl::ZeroDuration()) return true;
    changed_.WaitFor(&mutex_, left);
  }
  return false;
}

void LeaseClock::Wake() {
  MutexLock lock(&mutex_);
  woken_ = true;
  changed_.SignalAll();
}

void LeaseClock::Stop() {
  MutexLock lock(&mutex_);
  stopping_ = true;
  changed_.SignalAll();
}

}  // namespace tunesmith::server
