#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "tests/server/work/work_fixture.h"

namespace tunesmith::server {
namespace {

// An item as plain memory.
struct ModelItem {
  int64_t number = 0;
  int priority = 0;
  SlotNeeds needs;
  bool leased = false;
  absl::Time not_before = absl::InfinitePast();
  int64_t fence = 0;
  int attempt = 0;
  int max_attempts = 0;
  std::string worker;
  int slot = 0;
};

// Random operations on the queue and on a model of it.
class WorkQueuePropertyTest : public WorkTest,
                              public testing::WithParamInterface<int> {
 protected:
  int Below(int n) { return static_cast<int>(random_() % n); }

  std::string AnyUid() { return absl::StrCat("item-", Below(next_ + 1)); }

  v1::Slot::Purpose AnyPurpose() {
    return Below(3) == 0 ? v1::Slot::AUXILIARY : v1::Slot::TRAINING;
  }

  FreeSlot AnySlot() {
    FreeSlot slot = TrainingSlot(absl::StrCat("worker-", Below(3)), Below(2));
    slot.offer.purpose = AnyPurpose();
    if (Below(2) == 0) slot.offer.device_kind = v1::Resources::CUDA;
    slot.offer.device_memory_bytes = Below(4);
    return slot;
  }

  void AddOne() {
    NewWorkItem item = TrainingItem(absl::StrCat("item-", next_), Below(3));
    ModelItem& model = model_[item.uid];
    model.number = next_++;
    model.priority = item.priority;
    item.needs.purpose = AnyPurpose();
    item.needs.device_kind = static_cast<v1::Resources::DeviceKind>(Below(3));
    item.needs.device_memory_bytes = Below(4);
    model.needs = item.needs;
    model.max_attempts = item.max_attempts = 1 + Below(4);
    ASSERT_TRUE(Add(item).ok());
  }

  bool SlotTaken(const FreeSlot& slot) const {
    return std::any_of(model_.begin(), model_.end(), [&](const auto& entry) {
      const ModelItem& item = entry.second;
      return item.leased && item.worker == slot.worker_id &&
             item.slot == slot.slot;
    });
  }

  std::string NextFor(const FreeSlot& slot) const {
    std::string best;
    if (SlotTaken(slot)) return best;
    for (const auto& [uid, item] : model_) {
      if (item.leased || item.not_before > test_.clock.Now() ||
          !Fits(item.needs, slot.offer)) {
        continue;
      }
      if (best.empty() || item.priority > model_.at(best).priority ||
          (item.priority == model_.at(best).priority &&
           item.number < model_.at(best).number)) {
        best = uid;
      }
    }
    return best;
  }

  void ClaimOne() {
    FreeSlot slot = AnySlot();
    std::string expected = NextFor(slot);
    std::optional<WorkRow> row = Claim(slot);
    ASSERT_EQ(row.has_value() ? row->uid : "", expected);
    if (!row.has_value()) return;
    ModelItem& item = model_[expected];
    item.leased = true;
    item.worker = slot.worker_id;
    item.slot = slot.slot;
    ++item.attempt;
    // Grows with every lease, over all the item's life.
    ASSERT_GT(row->fence, item.fence);
    item.fence = row->fence;
    ASSERT_EQ(row->attempt, item.attempt);
    ASSERT_TRUE(given_.insert(row->lease()).second) << "leased twice";
  }

  // Each of them with any lease that was ever given.
  void WriteWithALease() {
    if (given_.empty()) return;
    LeaseKey lease = *std::next(given_.begin(), Below(given_.size()));
    auto found = model_.find(lease.item_uid);
    bool good = found != model_.end() && found->second.leased &&
                found->second.fence == lease.fence;
    absl::Status status;
    if (Below(2) == 0) {
      int64_t sequence = Below(100);
      status = test_.Write([&](Transaction& tx) {
        return WorkQueue::SetEventSequence(tx, lease, sequence);
      });
    } else if (good && found->second.attempt == found->second.max_attempts) {
      status = test_.Write([&](Transaction& tx) {
        return WorkQueue::Remove(tx, lease.item_uid);
      });
      model_.erase(found);
    } else {
      absl::Time not_before = test_.clock.Now() + absl::Seconds(Below(4));
      status = Requeue(lease, not_before);
      if (good) {
        found->second.leased = false;
        found->second.not_before = not_before;
      }
    }
    ASSERT_EQ(status.ok(), good) << status;
    ASSERT_EQ(ReasonOf(status), good ? "" : "FENCED");
  }

  void RemoveOne() {
    std::string uid = AnyUid();
    ASSERT_TRUE(
        test_.Write([&](Transaction& tx) { return WorkQueue::Remove(tx, uid); })
            .ok());
    model_.erase(uid);
  }

  void CheckAll() {
    test_.store->ReadNow([&](Connection& db) {
      auto leased = WorkQueue::ListLeased(db);
      auto waiting = WorkQueue::ListWaiting(db);
      ASSERT_TRUE(leased.ok() && waiting.ok());
      ASSERT_EQ(leased->size() + waiting->size(), model_.size());
      std::set<std::pair<std::string, int>> slots;
      for (const WorkRow& row : *leased) {
        ASSERT_TRUE(slots.insert({row.worker_id, row.slot}).second);
        ASSERT_TRUE(model_.at(row.uid).leased);
        ASSERT_EQ(model_.at(row.uid).fence, row.fence);
      }
      for (const WorkRow& row : *waiting) {
        ASSERT_FALSE(model_.at(row.uid).leased);
      }
      for (const LeaseKey& lease : given_) {
        auto found = model_.find(lease.item_uid);
        bool good = found != model_.end() && found->second.leased &&
                    found->second.fence == lease.fence;
        ASSERT_EQ(WorkQueue::CheckLease(db, lease).ok(), good);
      }
    });
  }

  std::mt19937_64 random_{static_cast<uint64_t>(GetParam())};
  std::map<std::string, ModelItem> model_;
  // Every lease of the whole history.
  std::set<LeaseKey> given_;
  int next_ = 0;
};

TEST_P(WorkQueuePropertyTest, BehavesAsTheModel) {
  for (int i = 0; i < 300 && !HasFatalFailure(); ++i) {
    SCOPED_TRACE(absl::StrCat("operation ", i));
    switch (Below(8)) {
      case 0:
      case 1:
        AddOne();
        break;
      case 2:
      case 3:
      case 4:
        ClaimOne();
        break;
      case 5:
      case 6:
        WriteWithALease();
        break;
      case 7:
        if (Below(3) == 0) RemoveOne();
        test_.clock.Advance(absl::Seconds(Below(3)));
        break;
    }
    if (i % 25 == 0) CheckAll();
  }
  CheckAll();
}

INSTANTIATE_TEST_SUITE_P(Seeds, WorkQueuePropertyTest, testing::Range(0, 12));

}  // namespace
}  // namespace tunesmith::server
