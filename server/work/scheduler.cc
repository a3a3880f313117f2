#include "server/work/scheduler.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

// Before an offer that could not be written is repeated.
constexpr absl::Duration kRetryDelay = absl::Seconds(1);
constexpr int kDelaysPerRound = 1000;

// GPUs go before CPUs, so that what can run on either gets a GPU; small ones go
// first, so that what needs little leaves the large ones to what needs much.
bool GoesBefore(const FreeSlot& a, const FreeSlot& b) {
  auto rank = [](const FreeSlot& slot) {
    return std::make_tuple(slot.offer.device_kind != v1::Resources::CUDA,
                           slot.offer.device_memory_bytes,
                           std::string_view(slot.worker_id), slot.slot);
  };
  return rank(a) < rank(b);
}

}  // namespace

Scheduler::Scheduler(Store* store, SlotSource* slots, LeaseSink* sink,
                     Clock* clock, OrderPolicy policy)
    : store_(store),
      slots_(slots),
      sink_(sink),
      clock_(clock),
      policy_(policy) {}

Scheduler::~Scheduler() {
  Stop();
  MutexLock lock(&mutex_);
  while (writes_ > 0) changed_.Wait(&mutex_);
}

void Scheduler::Wake() {
  MutexLock lock(&mutex_);
  woken_ = true;
  changed_.SignalAll();
}

void Scheduler::RunOnce() {
  {
    MutexLock lock(&mutex_);
    if (stopping_) return;
    if (writes_ > 0) {
      // Its slots are not known to be taken yet.
      woken_ = true;
      return;
    }
    // Holds the round open until all of it is queued.
    writes_ = 1;
  }
  std::vector<FreeSlot> slots = slots_->FreeSlots();
  std::sort(slots.begin(), slots.end(), &GoesBefore);
  for (FreeSlot& slot : slots) {
    std::string what =
        absl::StrCat("lease worker=", slot.worker_id, " slot=", slot.slot);
    Write(std::move(what), [this, slot = std::move(slot)](Transaction& tx) {
      return Lease(tx, slot);
    });
  }
  Write("delays and preemption",
        [this](Transaction& tx) { return EndRound(tx); });
  MutexLock lock(&mutex_);
  --writes_;
  changed_.SignalAll();
}

void Scheduler::Write(std::string what, Store::WriteFn write) {
  {
    MutexLock lock(&mutex_);
    ++writes_;
  }
  store_->Write(std::move(write),
                [this, what = std::move(what)](absl::Status status) {
                  OnWritten(what, status);
                });
}

void Scheduler::OnWritten(const std::string& what, const absl::Status& status) {
  if (!status.ok()) {
    spdlog::warn("not scheduled what=\"{}\" error=\"{}\"", what,
                 std::string(status.message()));
  }
  MutexLock lock(&mutex_);
  if (!status.ok()) RunAgainAt(clock_->Monotonic() + kRetryDelay);
  --writes_;
  changed_.SignalAll();
}

absl::Status Scheduler::Lease(Transaction& tx, const FreeSlot& slot) {
  WorkOrder order(tx.db(), policy_);
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<int64_t> next, order.Next(slot));
  if (!next.has_value()) return absl::OkStatus();
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<WorkRow> row,
                             WorkQueue::Lease(tx, *next, slot));
  if (!row.has_value()) return absl::OkStatus();
  return sink_->OnLeased(tx, *row);
}

absl::Status Scheduler::EndRound(Transaction& tx) {
  TUNESMITH_ASSIGN_OR_RETURN(int64_t ended,
                             WorkQueue::EndDelays(tx, kDelaysPerRound));
  if (ended > 0) {
    tx.OnCommit([this] { Wake(); });
    return absl::OkStatus();
  }
  TUNESMITH_ASSIGN_OR_RETURN(
      std::vector<Preempted> preempted,
      ChoosePreempted(tx.db(), policy_, slots_->TakenSlots()));
  for (const Preempted& one : preempted) {
    TUNESMITH_RETURN_IF_ERROR(
        WorkQueue::SetStop(tx, one.running.uid, StopKind::kSuspend));
    TUNESMITH_RETURN_IF_ERROR(sink_->OnPreempted(tx, one));
  }
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<absl::Duration> left,
                             WorkQueue::NextDelayEnd(tx.db(), tx.now()));
  if (!left.has_value()) return absl::OkStatus();
  tx.OnCommit([this, time = clock_->Monotonic() + *left] {
    MutexLock lock(&mutex_);
    RunAgainAt(time);
  });
  return absl::OkStatus();
}

void Scheduler::RunAgainAt(absl::Duration time) {
  next_round_ = next_round_.has_value() ? std::min(*next_round_, time) : time;
}

bool Scheduler::WaitForWork() {
  MutexLock lock(&mutex_);
  for (;;) {
    if (stopping_) return false;
    if (writes_ > 0) {
      changed_.Wait(&mutex_);
      continue;
    }
    if (woken_) break;
    if (!next_round_.has_value()) {
      changed_.Wait(&mutex_);
      continue;
    }
    const absl::Duration left = *next_round_ - clock_->Monotonic();
    if (left <= absl::ZeroDuration()) break;
    changed_.WaitFor(&mutex_, left);
  }
  woken_ = false;
  // The round finds it out anew.
  next_round_.reset();
  return true;
}

void Scheduler::Stop() {
  MutexLock lock(&mutex_);
  stopping_ = true;
  changed_.SignalAll();
}

}  // namespace tunesmith::server
