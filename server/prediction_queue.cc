#include "server/prediction_queue.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "server/lifecycle/lease_effects.h"
#include "server/lifecycle/prediction_commands.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

// What the next start of the server makes good.
void LogFailure(const std::string& item_uid, const absl::Status& status) {
  if (status.ok()) return;
  spdlog::warn("predictions not ended item={} error=\"{}\"", item_uid,
               status.ToString());
}

}  // namespace

void PredictionQueue::QueueHolder(const PredictionModel& model,
                                  const std::string& item_uid) {
  store_->Write(
      [lifecycle = lifecycle_, model, item_uid](Transaction& tx) {
        return server::QueueHolder(tx, *lifecycle, model, item_uid);
      },
      [lifecycle = lifecycle_, item_uid](absl::Status status) {
        if (status.ok()) return;
        lifecycle->predictions->OnEnded(item_uid, status);
      });
}

void PredictionQueue::RemoveHolder(const std::string& item_uid) {
  // Behind the write that queues it.
  store_->Write(
      [lifecycle = lifecycle_, item_uid](Transaction& tx) {
        return RemoveItem(tx, *lifecycle, item_uid);
      },
      [item_uid](absl::Status status) { LogFailure(item_uid, status); });
}

void PredictionQueue::StopHolder(const std::string& item_uid) {
  store_->Write(
      [lifecycle = lifecycle_, item_uid](Transaction& tx) {
        return server::StopHolder(tx, *lifecycle, item_uid);
      },
      [item_uid](absl::Status status) { LogFailure(item_uid, status); });
}

void PredictionQueue::Send(const std::string& worker_id,
                           internal::v1::PredictBatch batch) {
  registry_->SendPredictBatch(worker_id, std::move(batch));
}

bool PredictionQueue::HasFreeSlot() {
  const std::vector<FreeSlot> slots = registry_->FreeSlots();
  return std::any_of(slots.begin(), slots.end(), [](const FreeSlot& slot) {
    return slot.offer.purpose == v1::Slot::PREDICTION;
  });
}

}  // namespace tunesmith::server
