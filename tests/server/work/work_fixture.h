#ifndef TUNESMITH_TESTS_SERVER_WORK_WORK_FIXTURE_H_
#define TUNESMITH_TESTS_SERVER_WORK_WORK_FIXTURE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/work/work_queue.h"
#include "tests/server/testing/claim_next.h"
#include "tests/server/testing/test_store.h"

namespace tunesmith::server {

inline NewWorkItem TrainingItem(const std::string& uid, int priority = 0) {
  NewWorkItem item;
  item.uid = uid;
  item.tenant = "tenant";
  item.subject = "jobs/" + uid;
  item.subject_uid = "subject-" + uid;
  item.needs.purpose = v1::Slot::TRAINING;
  item.priority = priority;
  item.max_attempts = 3;
  item.payload.mutable_train()->set_job(item.subject);
  return item;
}

inline FreeSlot TrainingSlot(const std::string& worker, int slot = 0) {
  return {worker,
          /*worker_boot=*/1,
          slot,
          {.purpose = v1::Slot::TRAINING, .device_kind = v1::Resources::CPU}};
}

inline FreeSlot GpuSlot(const std::string& worker, int slot,
                        int64_t memory_bytes) {
  FreeSlot gpu = TrainingSlot(worker, slot);
  gpu.offer.device_kind = v1::Resources::CUDA;
  gpu.offer.device_memory_bytes = memory_bytes;
  return gpu;
}

// A store and the queue's calls, each in a write of its own.
class WorkTest : public testing::Test {
 protected:
  absl::Status Add(const NewWorkItem& item) {
    return test_.Write(
        [&](Transaction& tx) { return WorkQueue::Add(tx, item); });
  }

  std::optional<WorkRow> Claim(const FreeSlot& slot) {
    std::optional<WorkRow> row;
    EXPECT_TRUE(test_
                    .Write([&](Transaction& tx) {
                      auto claimed = ClaimNext(tx, slot);
                      if (claimed.ok()) row = *claimed;
                      return claimed.status();
                    })
                    .ok());
    return row;
  }

  absl::StatusOr<WorkRow> CheckLease(const LeaseKey& lease) {
    absl::StatusOr<WorkRow> row;
    test_.store->ReadNow(
        [&](Connection& db) { row = WorkQueue::CheckLease(db, lease); });
    return row;
  }

  absl::Status Requeue(const LeaseKey& lease, absl::Duration delay) {
    return test_.Write(
        [&](Transaction& tx) { return WorkQueue::Requeue(tx, lease, delay); });
  }

  WorkRow Row(const std::string& uid) {
    WorkRow row;
    test_.store->ReadNow(
        [&](Connection& db) { row = **WorkQueue::Find(db, uid); });
    return row;
  }

  // Of those that wait for training.
  std::vector<std::string> Waiting() {
    return Uids([](Connection& db) {
      return WorkQueue::ListWaiting(db, v1::Slot::TRAINING);
    });
  }

  template <typename List>
  std::vector<std::string> Uids(List list) {
    std::vector<std::string> uids;
    test_.store->ReadNow([&](Connection& db) {
      auto rows = list(db);
      ASSERT_TRUE(rows.ok()) << rows.status();
      for (const WorkRow& row : *rows) uids.push_back(row.uid);
    });
    return uids;
  }

  TestStore test_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_TESTS_SERVER_WORK_WORK_FIXTURE_H_
