#include "server/upkeep/retention_sweep.h"

#include <algorithm>

#include "proto/contract/base/status_macros.h"
#include "server/upkeep/free_pages.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

constexpr absl::Duration kTotalsPeriod = absl::Minutes(1);
constexpr absl::Duration kSweepPeriod = absl::Minutes(10);
// A pause is at least so many times as long as what came before it: adding up
// may take long and can wait, what has to go can not.
constexpr int kTotalsPause = 100;
constexpr int kSweepPause = 1;

bool IsDue(const std::optional<absl::Duration>& due, absl::Duration now) {
  return !due.has_value() || *due <= now;
}

}  // namespace

void RetentionSweep::RunOnce() {
  const absl::Duration begin = options_.clock->Monotonic();
  bool totals = false;
  bool sweep = false;
  {
    MutexLock lock(&mutex_);
    totals = IsDue(totals_due_, begin);
    sweep = IsDue(sweep_due_, begin);
  }
  if (sweep) {
    Sweep();
    MutexLock lock(&mutex_);
    sweep_due_ = DueAfter(begin, kSweepPeriod, kSweepPause);
  }
  if (totals && !stopping_.load()) {
    const absl::Duration measuring = options_.clock->Monotonic();
    options_.keeper->RefreshTotals();
    MutexLock lock(&mutex_);
    totals_due_ = DueAfter(measuring, kTotalsPeriod, kTotalsPause);
  }
}

absl::Duration RetentionSweep::DueAfter(absl::Duration begin,
                                        absl::Duration period,
                                        int pause) const {
  const absl::Duration now = options_.clock->Monotonic();
  return now + std::max(period, (now - begin) * pause);
}

void RetentionSweep::Sweep() {
  absl::StatusOr<absl::Time> now = ReadTime();
  absl::Status status = now.ok() ? SweepUntil(*now) : now.status();
  if (!status.ok() && !stopping_.load()) {
    spdlog::error("sweep failed error=\"{}\"", status.ToString());
  }
}

absl::Status RetentionSweep::SweepUntil(absl::Time now) {
  auto should_stop = [this] { return stopping_.load(); };
  PruneRequest request;
  request.cause = PruneCause::kRetention;
  request.now = now;
  request.should_stop = should_stop;
  TUNESMITH_RETURN_IF_ERROR(options_.keeper->Prune(request).status());
  if (options_.jobs != nullptr) {
    TUNESMITH_RETURN_IF_ERROR(options_.jobs->RunOnce(now, should_stop));
  }
  return GiveBackFreePages(*options_.store, should_stop);
}

absl::StatusOr<absl::Time> RetentionSweep::ReadTime() {
  if (!believed_.has_value()) {
    absl::StatusOr<std::optional<absl::Time>> last;
    options_.store->ReadNow(
        [&last](Connection& db) { last = LoadBelievedTime(db); });
    TUNESMITH_RETURN_IF_ERROR(last.status());
    believed_.emplace(*last);
  }
  const absl::Time wall = options_.clock->Now();
  const absl::Time now = believed_->Read(wall, options_.clock->Monotonic());
  if (now < wall) {
    spdlog::warn(
        "the clock leapt forward; retention goes by the time before until it "
        "has lasted for an hour clock={} believed={}",
        absl::FormatTime(wall), absl::FormatTime(now));
  }
  absl::Status saved = options_.store->WriteAndWait(
      [now](Transaction& tx) { return SaveBelievedTime(tx, now); });
  // A full disk is what the sweep is for; the next one stores it.
  if (!saved.ok() && !stopping_.load()) {
    spdlog::warn("believed time not stored error=\"{}\"", saved.ToString());
  }
  return now;
}

bool RetentionSweep::WaitUntilDue() {
  MutexLock lock(&mutex_);
  while (!stopping_.load()) {
    if (!totals_due_.has_value() || !sweep_due_.has_value()) return true;
    absl::Duration left =
        std::min(*totals_due_, *sweep_due_) - options_.clock->Monotonic();
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
