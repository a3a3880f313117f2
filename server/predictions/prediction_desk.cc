#include "server/predictions/prediction_desk.h"

#include <algorithm>
#include <utility>

#include "proto/contract/error.h"

namespace tunesmith::server {
namespace {

// What a worker says of so many samples.
PredictionDesk::Answer AnswerOf(size_t samples,
                                internal::v1::PredictBatchResult& result) {
  if (absl::Status error = FromRpcStatus(result.error()); !error.ok()) {
    return error;
  }
  if (static_cast<size_t>(result.predictions_size()) != samples) {
    return absl::InternalError("a worker left samples unanswered");
  }
  return std::vector<v1::Prediction>(
      std::make_move_iterator(result.mutable_predictions()->begin()),
      std::make_move_iterator(result.mutable_predictions()->end()));
}

}  // namespace

PredictionDesk::PredictionDesk(PredictionBackend* backend, Clock* clock,
                               std::function<std::string()> new_uid)
    : backend_(backend), clock_(clock), new_uid_(std::move(new_uid)) {}

void PredictionDesk::Do(Deeds deeds) {
  for (auto& deed : deeds) deed();
}

PredictionDesk::Holder* PredictionDesk::FindItem(const std::string& item_uid) {
  auto found = std::find_if(
      holders_.begin(), holders_.end(),
      [&](const Holder& holder) { return holder.item_uid == item_uid; });
  return found == holders_.end() ? nullptr : &*found;
}

bool PredictionDesk::HasRoomFor(size_t bytes) const {
  size_t count = 0;
  for (const Holder& holder : holders_) {
    count += holder.waiting.size() + holder.under_way.size();
    for (const Question& asked : holder.waiting) bytes += asked.bytes;
    for (const auto& [number, asked] : holder.under_way) bytes += asked.bytes;
  }
  return count < kMaxQuestions && bytes <= kMaxBytes;
}

void PredictionDesk::Queue(Holder& holder, Deeds& deeds) {
  holder.item_uid = new_uid_();
  holder.worker_id.clear();
  holder.ready = false;
  holder.stopping = false;
  holder.last_number = 0;
  deeds.push_back(
      [backend = backend_, model = holder.model, uid = holder.item_uid] {
        backend->QueueHolder(model, uid);
      });
}

absl::StatusOr<int64_t> PredictionDesk::Ask(const PredictionModel& model,
                                            std::vector<v1::Sample> samples,
                                            int top_k, AnswerFn answer) {
  size_t bytes = 0;
  for (const v1::Sample& sample : samples) bytes += sample.ByteSizeLong();
  Deeds deeds;
  int64_t id = 0;
  {
    MutexLock lock(&mutex_);
    if (!HasRoomFor(bytes)) {
      return QuotaError(v1::ERROR_REASON_QUEUE_FULL, "predictions",
                        "too many predictions wait for a worker; try again",
                        absl::Seconds(1));
    }
    auto holder =
        std::find_if(holders_.begin(), holders_.end(),
                     [&](const Holder& known) { return known.model == model; });
    if (holder == holders_.end()) {
      holder = holders_.emplace(holders_.end());
      holder->model = model;
      Queue(*holder, deeds);
    }
    id = ++last_question_;
    holder->waiting.push_back({.id = id,
                               .samples = std::move(samples),
                               .bytes = bytes,
                               .top_k = top_k,
                               .answer = std::move(answer)});
    SendMore(*holder, deeds);
    MakeRoom(deeds);
  }
  Do(std::move(deeds));
  return id;
}

void PredictionDesk::Withdraw(int64_t question) {
  // Destroyed without the lock: it may hold the last reference to its call.
  AnswerFn answer;
  Deeds deeds;
  {
    MutexLock lock(&mutex_);
    for (auto holder = holders_.begin(); holder != holders_.end(); ++holder) {
      for (auto& [number, asked] : holder->under_way) {
        if (asked.id == question) answer = std::exchange(asked.answer, {});
      }
      auto found = std::find_if(
          holder->waiting.begin(), holder->waiting.end(),
          [&](const Question& asked) { return asked.id == question; });
      if (found == holder->waiting.end()) continue;
      answer = std::move(found->answer);
      holder->waiting.erase(found);
      RemoveUnwanted(holder, deeds);
      break;
    }
  }
  Do(std::move(deeds));
}

void PredictionDesk::RemoveUnwanted(std::list<Holder>::iterator holder,
                                    Deeds& deeds) {
  if (holder->leased() || holder->wanted()) return;
  deeds.push_back([backend = backend_, uid = holder->item_uid] {
    backend->RemoveHolder(uid);
  });
  holders_.erase(holder);
}

bool PredictionDesk::HadItsTurn(const Holder& holder) const {
  return clock_->Monotonic() - holder.lease_time >= kTurn;
}

bool PredictionDesk::SlotIsWanted() const {
  bool waits = false;
  for (const Holder& holder : holders_) {
    if (holder.stopping) return false;
    waits = waits || (!holder.leased() && holder.wanted());
  }
  return waits && !backend_->HasFreeSlot();
}

void PredictionDesk::SendMore(Holder& holder, Deeds& deeds) {
  if (!holder.ready || holder.stopping) return;
  while (!holder.waiting.empty() &&
         holder.under_way.size() < kBatchesUnderWay) {
    // What comes after its turn waits for the next one.
    if (HadItsTurn(holder) && SlotIsWanted()) return;
    Question& next = holder.waiting.front();
    internal::v1::PredictBatch batch;
    batch.set_item_uid(holder.item_uid);
    batch.set_fence(holder.fence);
    batch.set_number(++holder.last_number);
    batch.set_top_k(next.top_k);
    for (const v1::Sample& sample : next.samples) *batch.add_samples() = sample;
    holder.under_way.emplace(holder.last_number, std::move(next));
    holder.waiting.pop_front();
    deeds.push_back([backend = backend_, worker = holder.worker_id,
                     batch = std::move(batch)]() mutable {
      backend->Send(worker, std::move(batch));
    });
  }
}

void PredictionDesk::MakeRoom(Deeds& deeds) {
  if (!SlotIsWanted()) return;
  Holder* yields = nullptr;
  for (Holder& holder : holders_) {
    bool idle = holder.leased() && holder.ready && holder.under_way.empty();
    if (!idle || (!holder.waiting.empty() && !HadItsTurn(holder))) continue;
    if (yields == nullptr || holder.lease_time < yields->lease_time) {
      yields = &holder;
    }
  }
  if (yields == nullptr) return;
  yields->stopping = true;
  deeds.push_back([backend = backend_, uid = yields->item_uid] {
    backend->StopHolder(uid);
  });
}

void PredictionDesk::OnLeased(const std::string& item_uid, int64_t fence,
                              const std::string& worker_id) {
  Deeds deeds;
  {
    MutexLock lock(&mutex_);
    Holder* holder = FindItem(item_uid);
    if (holder == nullptr) {
      // Everybody gave up before it was leased.
      deeds.push_back(
          [backend = backend_, item_uid] { backend->RemoveHolder(item_uid); });
    } else {
      holder->worker_id = worker_id;
      holder->fence = fence;
      holder->lease_time = clock_->Monotonic();
      holder->last_number = 0;
    }
  }
  Do(std::move(deeds));
}

void PredictionDesk::TakeBack(Holder& holder) {
  for (auto it = holder.under_way.rbegin(); it != holder.under_way.rend();
       ++it) {
    if (it->second.answer) holder.waiting.push_front(std::move(it->second));
  }
  holder.under_way.clear();
}

void PredictionDesk::OnReleased(const std::string& item_uid) {
  Deeds deeds;
  {
    MutexLock lock(&mutex_);
    Holder* holder = FindItem(item_uid);
    if (holder == nullptr) return;
    TakeBack(*holder);
    holder->worker_id.clear();
    holder->ready = false;
    holder->stopping = false;
    auto place =
        std::find_if(holders_.begin(), holders_.end(),
                     [&](const Holder& other) { return &other == holder; });
    RemoveUnwanted(place, deeds);
    MakeRoom(deeds);
  }
  Do(std::move(deeds));
}

void PredictionDesk::OnEnded(const std::string& item_uid,
                             const absl::Status& status) {
  Deeds deeds;
  {
    MutexLock lock(&mutex_);
    auto holder = std::find_if(
        holders_.begin(), holders_.end(),
        [&](const Holder& known) { return known.item_uid == item_uid; });
    if (holder == holders_.end()) return;
    TakeBack(*holder);
    if (status.ok() && !holder->waiting.empty()) {
      Queue(*holder, deeds);
      // Behind those that wait already.
      holders_.splice(holders_.end(), holders_, holder);
    } else {
      for (Question& asked : holder->waiting) {
        deeds.push_back([answer = std::move(asked.answer), status]() mutable {
          answer(status);
        });
      }
      holders_.erase(holder);
    }
    MakeRoom(deeds);
  }
  Do(std::move(deeds));
}

void PredictionDesk::OnResult(const std::string& worker_id,
                              internal::v1::PredictBatchResult result) {
  Deeds deeds;
  {
    MutexLock lock(&mutex_);
    Holder* holder = FindItem(result.item_uid());
    if (holder == nullptr || holder->worker_id != worker_id ||
        holder->fence != result.fence()) {
      return;
    }
    holder->ready = true;
    // The worker's stream is new: what was under way on an older one may be
    // lost.
    if (result.number() == 0) TakeBack(*holder);
    auto asked = holder->under_way.find(result.number());
    if (asked != holder->under_way.end()) {
      if (asked->second.answer) {
        deeds.push_back(
            [tell = std::move(asked->second.answer),
             answer = AnswerOf(asked->second.samples.size(),
                               result)]() mutable { tell(std::move(answer)); });
      }
      holder->under_way.erase(asked);
    }
    SendMore(*holder, deeds);
    MakeRoom(deeds);
  }
  Do(std::move(deeds));
}

void PredictionDesk::EndAll(const absl::Status& status) {
  std::list<Holder> holders;
  {
    MutexLock lock(&mutex_);
    holders.swap(holders_);
  }
  for (Holder& holder : holders) {
    for (auto& [number, asked] : holder.under_way) {
      if (asked.answer) asked.answer(status);
    }
    for (Question& asked : holder.waiting) asked.answer(status);
  }
}

}  // namespace tunesmith::server
