#ifndef TUNESMITH_WORKER_AGENT_RECONCILE_H_
#define TUNESMITH_WORKER_AGENT_RECONCILE_H_

#include <set>
#include <vector>

#include "tunesmith/internal/v1/worker_session.pb.h"
#include "worker/agent/item_key.h"

namespace tunesmith::worker {

// What an item's trainer was asked for; the later one overrides the earlier.
enum class ItemStop { kNone, kSuspend, kCancel };

// An item that the worker holds: it runs, or its last events are not
// acknowledged yet.
struct HeldItem {
  ItemKey key;
  ItemStop stop = ItemStop::kNone;
};

// One step from what is held to what is desired.
struct Action {
  enum class Kind {
    // Take the item up.
    kStart,
    // Ask its trainer to stop in the way of `stop` and report.
    kStop,
    // Kill its trainer and forget its events.
    kDrop,
  };
  Kind kind;
  ItemKey key;
  // kStart: points into the desired state.
  const internal::v1::DesiredState::Assignment* assignment = nullptr;
  ItemStop stop = ItemStop::kNone;

  bool operator==(const Action&) const = default;
};

// What to do, in this order: drops, starts, stops. An item that is to be
// started and stopped gets both. Items in `finished` are not taken up again:
// a desired state can be older than the acknowledgement of their outcome.
std::vector<Action> Reconcile(const internal::v1::DesiredState& desired,
                              const std::vector<HeldItem>& held,
                              const std::set<ItemKey>& finished);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_RECONCILE_H_
