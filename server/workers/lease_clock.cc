#include "server/workers/lease_clock.h"

#include <time.h>

#include <algorithm>
#include <utility>

#include "server/lifecycle/work_commands.h"
#include "server/workers/worker_registry.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

// After an end that could not be written, for example on a full disk.
constexpr absl::Duration kRetryDelay = absl::Seconds(1);
constexpr absl::Duration kLongestTick = absl::Seconds(1);

absl::Duration TimeOf(clockid_t id) {
  timespec time = {};
  clock_gettime(id, &time);
  return absl::DurationFromTimespec(time);
}

}  // namespace

absl::Duration SuspendedTime() {
  return TimeOf(CLOCK_BOOTTIME) - TimeOf(CLOCK_MONOTONIC);
}

LeaseClock::LeaseClock(Store* store, Clock* clock, LifecycleContext lifecycle,
                       Options options)
    : store_(store),
      clock_(clock),
      lifecycle_(std::move(lifecycle)),
      options_(std::move(options)),
      tick_(std::min(options_.lease_term / 8, kLongestTick)),
      tolerance_(options_.lease_term / 4) {}

LeaseClock::~LeaseClock() {
  MutexLock lock(&mutex_);
  while (!pending_.empty()) changed_.Wait(&mutex_);
}

void LeaseClock::RunOnce() {
  if (options_.registry != nullptr) options_.registry->OfferRested();
  absl::Duration now = clock_->Monotonic();
  {
    MutexLock lock(&mutex_);
    now = std::exchange(due_time_, std::nullopt).value_or(now);
  }
  std::vector<LeaseKey> expired = lifecycle_.leases->Expired(now);
  std::erase_if(expired, [this, now](const LeaseKey& lease) {
    return IsOwnDelay(lease, now);
  });
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

bool LeaseClock::IsOwnDelay(const LeaseKey& lease, absl::Duration now) {
  if (options_.registry == nullptr) return false;
  const std::string worker_id = lifecycle_.leases->WorkerOf(lease);
  if (!options_.registry->AwaitsServer(worker_id, lease)) return false;
  lifecycle_.leases->RenewIfHeld(lease, now + kRetryDelay);
  return true;
}

absl::Duration LeaseClock::LookAtClock() {
  const Look look = {.time = clock_->Monotonic(),
                     .suspended = options_.suspended_time()};
  if (last_look_.has_value()) {
    const absl::Duration late = look.time - last_look_->time - tick_;
    const absl::Duration slept = look.suspended - last_look_->suspended;
    const absl::Duration gap = std::max(late, slept);
    if (gap > tolerance_) OnGap(gap);
  }
  last_look_ = look;
  return look.time;
}

void LeaseClock::OnGap(absl::Duration gap) {
  spdlog::warn(
      "this process did not run for a while, leases get a full term gap={}",
      absl::FormatDuration(gap));
  lifecycle_.leases->GrantAll(clock_->Monotonic() + options_.lease_term);
  if (options_.registry != nullptr) options_.registry->ForgiveSilence();
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

std::optional<absl::Duration> LeaseClock::NextExpiry() {
  // Leases whose end is being written are still in the table; what comes after
  // them is seen once that is decided.
  if (!pending_.empty()) return std::nullopt;
  std::optional<absl::Duration> next = lifecycle_.leases->NextDeadline();
  if (next.has_value()) next = std::max(*next, resume_time_);
  return next;
}

std::optional<absl::Duration> LeaseClock::NextDue() {
  std::optional<absl::Duration> next = NextExpiry();
  std::optional<absl::Duration> rested;
  if (options_.registry != nullptr) {
    rested = options_.registry->NextResume();
  }
  if (!next.has_value() || !rested.has_value()) {
    return next.has_value() ? next : rested;
  }
  return std::min(*next, *rested);
}

bool LeaseClock::WaitUntilDue() {
  MutexLock lock(&mutex_);
  while (!stopping_) {
    const absl::Duration now = LookAtClock();
    std::optional<absl::Duration> due = NextDue();
    if (std::exchange(woken_, false) || (due.has_value() && *due <= now)) {
      due_time_ = now;
      return true;
    }
    if (due.has_value()) {
      changed_.WaitFor(&mutex_, std::min(*due - now, tick_));
    } else {
      // Nothing can run out meanwhile.
      last_look_.reset();
      changed_.Wait(&mutex_);
    }
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
