#include "worker/agent/reconcile.h"

#include <map>

namespace tunesmith::worker {
namespace {

using Assignment = internal::v1::DesiredState::Assignment;

ItemStop StopOf(const Assignment& assignment) {
  if (assignment.cancel()) return ItemStop::kCancel;
  return assignment.suspend() ? ItemStop::kSuspend : ItemStop::kNone;
}

}  // namespace

std::vector<Action> Reconcile(const internal::v1::DesiredState& desired,
                              const std::vector<HeldItem>& held,
                              const std::set<ItemKey>& finished) {
  std::map<ItemKey, const Assignment*> wanted;
  for (const Assignment& assignment : desired.assignments()) {
    wanted.emplace(KeyOf(assignment.item()), &assignment);
  }
  std::vector<Action> drops;
  std::vector<Action> starts;
  std::vector<Action> stops;
  auto stop = [&stops](const ItemKey& key, ItemStop from, ItemStop to) {
    if (to > from) stops.push_back({Action::Kind::kStop, key, nullptr, to});
  };
  std::set<ItemKey> known = finished;
  for (const HeldItem& item : held) {
    known.insert(item.key);
    auto found = wanted.find(item.key);
    if (found == wanted.end()) {
      drops.push_back({Action::Kind::kDrop, item.key});
    } else {
      stop(item.key, item.stop, StopOf(*found->second));
    }
  }
  for (const auto& [key, assignment] : wanted) {
    if (known.contains(key)) continue;
    starts.push_back({Action::Kind::kStart, key, assignment});
    stop(key, ItemStop::kNone, StopOf(*assignment));
  }
  std::vector<Action> actions = std::move(drops);
  actions.insert(actions.end(), starts.begin(), starts.end());
  actions.insert(actions.end(), stops.begin(), stops.end());
  return actions;
}

}  // namespace tunesmith::worker
