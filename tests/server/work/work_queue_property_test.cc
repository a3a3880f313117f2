#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "server/work/work_places.h"
#include "tests/server/work/work_fixture.h"

namespace tunesmith::server {
namespace {

// An item as plain memory.
struct ModelItem {
  int64_t number = 0;
  std::string tenant;
  // With what a priority of it is worth, as WorkRow::turn.
  absl::Time turn;
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
    item.tenant = absl::StrCat("tenant-", Below(3));
    ModelItem& model = model_[item.uid];
    model.number = next_++;
    model.tenant = item.tenant;
    model.turn = test_.clock.Now() - item.priority * absl::Hours(1);
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

  bool Waits(const ModelItem& item) const {
    return !item.leased && item.not_before <= test_.clock.Now();
  }

  int64_t Running(const ModelItem& item) const {
    return std::count_if(model_.begin(), model_.end(), [&](const auto& entry) {
      const ModelItem& other = entry.second;
      return other.leased && other.tenant == item.tenant &&
             other.needs.purpose == item.needs.purpose;
    });
  }

  std::string NextFor(const FreeSlot& slot) const {
    std::string best;
    if (SlotTaken(slot)) return best;
    auto rank = [&](const ModelItem& item) {
      return std::make_tuple(Running(item), item.turn, item.number);
    };
    for (const auto& [uid, item] : model_) {
      if (!Waits(item) || !Fits(item.needs, slot.offer)) continue;
      if (best.empty() || rank(item) < rank(model_.at(best))) best = uid;
    }
    return best;
  }

  // Place, and who stands right before it, among those of one list.
  void CheckPlaces() {
    ASSERT_TRUE(test_
                    .Write([](Transaction& tx) {
                      return WorkQueue::EndDelays(tx, 1000).status();
                    })
                    .ok());
    std::map<
        std::tuple<std::string, int, int, int64_t>,
        std::vector<std::pair<std::pair<absl::Time, int64_t>, std::string>>>
        lists;
    for (const auto& [uid, item] : model_) {
      if (!Waits(item)) continue;
      lists[{item.tenant, item.needs.purpose, item.needs.device_kind,
             item.needs.device_memory_bytes}]
          .push_back({{item.turn, item.number}, uid});
    }
    test_.store->ReadNow([&](Connection& db) {
      WorkPlaces places(db);
      for (auto& [key, list] : lists) {
        std::sort(list.begin(), list.end());
        for (size_t i = 0; i < list.size(); ++i) {
          WorkRow row = **WorkQueue::Find(db, list[i].second);
          WorkPlace place = *places.Find(row.list, row.turn, row.number);
          ASSERT_EQ(place.position, static_cast<int64_t>(i) + 1);
          ASSERT_EQ(place.behind, i == 0 ? "" : "jobs/" + list[i - 1].second);
        }
      }
    });
  }

  // What triggers keep is what is there.
  void CheckCounts(Connection& db) {
    Statement lists = db.Prepare(
        "SELECT COUNT(*) FROM work_lists l WHERE (items, waiting, leased) IS "
        "NOT"
        " (SELECT COUNT(*), COALESCE(SUM(state = 1), 0),"
        " COALESCE(SUM(state = 2), 0) FROM work_items w"
        " WHERE w.list = l.number) OR items = 0");
    ASSERT_TRUE(lists.Step().ok());
    ASSERT_EQ(lists.Int(0), 0);
    Statement ranks = db.Prepare(
        "SELECT COUNT(*) FROM work_ranks r WHERE waiting IS NOT"
        " (SELECT COUNT(*) FROM work_items w WHERE w.list = r.list AND"
        " w.state = 1 AND w.turn >> r.shift = r.bucket) OR waiting = 0");
    ASSERT_TRUE(ranks.Step().ok());
    ASSERT_EQ(ranks.Int(0), 0);
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
      absl::Duration delay = absl::Seconds(Below(4));
      absl::Time not_before = test_.clock.Now() + delay;
      status = Requeue(lease, delay);
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
      ASSERT_TRUE(leased.ok());
      std::set<std::pair<std::string, int>> slots;
      for (const WorkRow& row : *leased) {
        ASSERT_TRUE(slots.insert({row.worker_id, row.slot}).second);
        ASSERT_TRUE(model_.at(row.uid).leased);
        ASSERT_EQ(model_.at(row.uid).fence, row.fence);
      }
      for (const LeaseKey& lease : given_) {
        auto found = model_.find(lease.item_uid);
        bool good = found != model_.end() && found->second.leased &&
                    found->second.fence == lease.fence;
        ASSERT_EQ(WorkQueue::CheckLease(db, lease).ok(), good);
      }
    });
    test_.store->ReadNow([&](Connection& db) { CheckCounts(db); });
    CheckPlaces();
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
        test_.clock.Advance(Below(4) == 0 ? absl::Minutes(Below(90))
                                          : absl::Seconds(Below(3)));
        break;
    }
    if (i % 25 == 0) CheckAll();
  }
  CheckAll();
}

INSTANTIATE_TEST_SUITE_P(Seeds, WorkQueuePropertyTest, testing::Range(0, 12));

}  // namespace
}  // namespace tunesmith::server
