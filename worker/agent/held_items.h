#ifndef TUNESMITH_WORKER_AGENT_HELD_ITEMS_H_
#define TUNESMITH_WORKER_AGENT_HELD_ITEMS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "absl/time/time.h"
#include "tunesmith/internal/v1/worker_session.pb.h"
#include "worker/agent/event_buffer.h"
#include "worker/agent/item_key.h"
#include "worker/agent/reconcile.h"

namespace tunesmith::worker {

// The items of a session, each from its start to the acknowledgement of its
// outcome. Pure; not thread-safe.
class HeldItems {
 public:
  struct Item {
    EventBuffer events;
    int32_t slot = 0;
    ItemStop stop = ItemStop::kNone;
    std::optional<v1::Progress> progress;
    // When it was reported.
    absl::Duration progress_time;
    // It answers predictions.
    bool holds_model = false;
  };

  void Add(const ItemKey& key, int32_t slot);
  // Null where there is none.
  Item* Find(const ItemKey& key);
  void Drop(const ItemKey& key) { items_.erase(key); }

  void SetProgress(const ItemKey& key, const v1::Progress& progress,
                   absl::Duration now);

  // Events up to `sequence` are stored. Whether that ended the item.
  bool Acknowledge(const ItemKey& key, int64_t sequence);

  // After a reconnect: what is not acknowledged is sent again.
  void Rewind();
  // What is to be sent, oldest first within an item.
  void TakeBatches(const std::function<void(internal::v1::Events)>& send);

  // What is to be done for `desired`; see Reconcile.
  std::vector<Action> ActionsFor(
      const internal::v1::DesiredState& desired) const;
  // Everything held, with its progress as of `now`.
  void FillReport(internal::v1::Report& report, absl::Duration now) const;

  // Whether an outcome waits for the server.
  bool AnyEnded() const;
  size_t UnacknowledgedEvents() const;
  size_t size() const { return items_.size(); }
  std::map<ItemKey, Item>& items() { return items_; }

 private:
  std::map<ItemKey, Item> items_;
  // Those whose outcome was acknowledged last.
  std::set<ItemKey> finished_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_HELD_ITEMS_H_
