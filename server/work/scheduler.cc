#include "server/work/scheduler.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>

#include "proto/contract/base/status_macros.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

// Before an offer that could not be written is repeated.
constexpr absl::Duration kRetryDelay = absl::Seconds(1);

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
                     Clock* clock)
    : store_(store), slots_(slots), sink_(sink), clock_(clock) {}

Scheduler::~Scheduler() {
  Stop();
  MutexLock lock(&mutex_);
  while (offers_ > 0) changed_.Wait(&mutex_);
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
    if (offers_ > 0) {
      // Its slots are not known to be taken yet.
      woken_ = true;
      return;
    }
    // Holds the round open until its offers are counted.
    offers_ = 1;
  }
  std::vector<FreeSlot> slots = slots_->FreeSlots();
  std::sort(slots.begin(), slots.end(), &GoesBefore);
  {
    MutexLock lock(&mutex_);
    offers_ = static_cast<int>(slots.size());
    if (slots.empty()) changed_.SignalAll();
  }
  for (size_t i = 0; i < slots.size(); ++i) {
    const bool last = i + 1 == slots.size();
    store_->Write([this, slot = slots[i],
                   last](Transaction& tx) { return Lease(tx, slot, last); },
                  [this, slot = slots[i]](absl::Status status) {
                    OnOffered(slot, status);
                  });
  }
}

absl::Status Scheduler::Lease(Transaction& tx, const FreeSlot& slot,
                              bool last) {
  std::optional<WorkRow> row;
  TUNESMITH_ASSIGN_OR_RETURN(row, WorkQueue::Claim(tx, slot));
  if (row.has_value()) TUNESMITH_RETURN_IF_ERROR(sink_->OnLeased(tx, *row));
  if (!last) return absl::OkStatus();
  std::optional<absl::Time> next;
  TUNESMITH_ASSIGN_OR_RETURN(next, WorkQueue::NextNotBefore(tx.db(), tx.now()));
  if (next.has_value()) {
    tx.OnCommit([this, time = *next] {
      MutexLock lock(&mutex_);
      RunAgainAt(time);
    });
  }
  return absl::OkStatus();
}

void Scheduler::OnOffered(const FreeSlot& slot, const absl::Status& status) {
  if (!status.ok()) {
    spdlog::warn("lease not made worker={} slot={} error=\"{}\"",
                 slot.worker_id, slot.slot, std::string(status.message()));
  }
  MutexLock lock(&mutex_);
  if (!status.ok()) RunAgainAt(clock_->Now() + kRetryDelay);
  --offers_;
  changed_.SignalAll();
}

void Scheduler::RunAgainAt(absl::Time time) {
  next_round_ = next_round_.has_value() ? std::min(*next_round_, time) : time;
}

bool Scheduler::WaitForWork() {
  MutexLock lock(&mutex_);
  for (;;) {
    if (stopping_) return false;
    if (offers_ > 0) {
      changed_.Wait(&mutex_);
      continue;
    }
    if (woken_) break;
    if (!next_round_.has_value()) {
      changed_.Wait(&mutex_);
      continue;
    }
    const absl::Duration left = *next_round_ - clock_->Now();
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
