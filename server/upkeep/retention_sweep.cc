#include "server/upkeep/retention_sweep.h"

#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

constexpr absl::Duration kPeriod = absl::Minutes(10);

}  // namespace

void RetentionSweep::RunOnce() {
  PruneRequest request;
  request.cause = PruneCause::kRetention;
  request.should_stop = [this] { return stopping_.load(); };
  absl::StatusOr<PruneResult> result = keeper_->Prune(request);
  if (!result.ok() && !stopping_.load()) {
    spdlog::error("sweep failed error=\"{}\"", result.status().ToString());
  }
  MutexLock lock(&mutex_);
  due_ = clock_->Monotonic() + kPeriod;
}

bool RetentionSweep::WaitUntilDue() {
  MutexLock lock(&mutex_);
  while (!stopping_.load()) {
    if (!due_.has_value()) return true;
    absl::Duration left = *due_ - clock_->Monotonic();
    if (left <= absl::ZeroDuration()) return true;
    changed_.WaitFor(&mutex_, left);
  }
  return false;
}

void RetentionSweep::Stop() {
  stopping_.store(true);
  MutexLock lock(&mutex_);
  changed_.SignalAll();
}

}  // namespace tunesmith::server
