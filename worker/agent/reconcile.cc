#include "worker/agent/reconcile.h"

#include <map>

namespace tunesmith::worker {

std::vector<Action> Reconcile(const internal::v1::DesiredState& desired,
                              const std::vector<HeldItem>& held,
                              const std::set<ItemKey>& finished) {
  using Assignment = internal::v1::DesiredState::Assignment;
  std::map<ItemKey, const Assignment*> wanted;
  for (const Assignment& assignment : desired.assignments()) {
    wanted.emplace(KeyOf(assignment.item()), &assignment);
  }
  std::vector<Action> drops;
  std::vector<Action> starts;
  std::vector<Action> cancels;
  std::set<ItemKey> known = finished;
  for (const HeldItem& item : held) {
    known.insert(item.key);
    auto found = wanted.find(item.key);
    if (found == wanted.end()) {
      drops.push_back({Action::Kind::kDrop, item.key});
    } else if (found->second->cancel() && !item.cancelling) {
      cancels.push_back({Action::Kind::kCancel, item.key});
    }
  }
  for (const auto& [key, assignment] : wanted) {
    if (known.contains(key)) continue;
    starts.push_back({Action::Kind::kStart, key, assignment});
    if (assignment->cancel()) {
      cancels.push_back({Action::Kind::kCancel, key});
    }
  }
  std::vector<Action> actions = std::move(drops);
  actions.insert(actions.end(), starts.begin(), starts.end());
  actions.insert(actions.end(), cancels.begin(), cancels.end());
  return actions;
}

}  // namespace tunesmith::worker
