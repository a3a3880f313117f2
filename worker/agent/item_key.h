#ifndef TUNESMITH_WORKER_AGENT_ITEM_KEY_H_
#define TUNESMITH_WORKER_AGENT_ITEM_KEY_H_

#include <compare>
#include <cstdint>
#include <string>

#include "tunesmith/internal/v1/work.pb.h"

namespace tunesmith::worker {

// One lease of a work item: what every report and event is filed under.
struct ItemKey {
  std::string uid;
  int64_t fence = 0;

  auto operator<=>(const ItemKey&) const = default;
};

inline ItemKey KeyOf(const internal::v1::WorkItem& item) {
  return {item.uid(), item.fence()};
}

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_ITEM_KEY_H_
