#include "server/workers/worker_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/contract/error.h"
#include "tests/server/testing/fake_clock.h"
#include "tests/server/workers/workers_rig.h"

namespace tunesmith::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

WorkRow Row(const std::string& uid, int64_t fence, int slot, int64_t boot = 5) {
  WorkRow row;
  row.uid = uid;
  row.fence = fence;
  row.subject = "jobs/" + uid;
  row.needs.purpose = v1::Slot::TRAINING;
  row.state = WorkState::kLeased;
  row.worker_id = "w1";
  row.worker_boot = boot;
  row.slot = slot;
  return row;
}

class WorkerRegistryTest : public testing::Test {
 protected:
  std::shared_ptr<RecordingLink> Connect(int64_t boot) {
    auto link = std::make_shared<RecordingLink>();
    EXPECT_TRUE(registry_.Connect(HelloOf("w1", boot), link).ok());
    return link;
  }

  std::vector<int> FreeSlots() {
    std::vector<int> slots;
    for (const FreeSlot& slot : registry_.FreeSlots()) {
      slots.push_back(slot.slot);
    }
    return slots;
  }

  // A worker with the same id that says that it is this instance.
  absl::Status ConnectAs(const std::string& instance, int64_t boot,
                         std::shared_ptr<RecordingLink> link) {
    internal::v1::Hello hello = HelloOf("w1", boot);
    hello.set_instance_id(instance);
    return registry_.Connect(hello, std::move(link));
  }

  int offers_ = 0;
  FakeClock clock_;
  WorkerRegistry registry_{[this] { ++offers_; }, clock_};
};

TEST_F(WorkerRegistryTest, ConnectedWorkerOffersItsSlots) {
  EXPECT_THAT(FreeSlots(), IsEmpty());
  Connect(5);
  EXPECT_EQ(offers_, 1);
  std::vector<FreeSlot> free = registry_.FreeSlots();
  ASSERT_THAT(free, SizeIs(2));
  EXPECT_EQ(free[0].worker_id, "w1");
  EXPECT_EQ(free[0].worker_boot, 5);
  EXPECT_EQ(free[0].offer.purpose, v1::Slot::TRAINING);
  EXPECT_EQ(free[1].slot, 1);
  EXPECT_EQ(free[1].offer.purpose, v1::Slot::AUXILIARY);
}

TEST_F(WorkerRegistryTest, LeasedSlotIsNotFreeUntilTheLeaseEnds) {
  auto link = Connect(5);
  EXPECT_THAT(registry_.ReplaceAssignments("w1", {Row("a", 1, 0)}), IsEmpty());
  EXPECT_EQ(link->changes, 1);
  EXPECT_THAT(FreeSlots(), ElementsAre(1));
  EXPECT_EQ(offers_, 1);

  auto ended = registry_.ReplaceAssignments("w1", {});
  ASSERT_THAT(ended, SizeIs(1));
  EXPECT_EQ(ended[0]->uid, "a");
  EXPECT_EQ(link->changes, 2);
  EXPECT_THAT(FreeSlots(), ElementsAre(0, 1));
  EXPECT_EQ(offers_, 2);
}

TEST_F(WorkerRegistryTest, SessionHearsOnlyOfChanges) {
  auto link = Connect(5);
  registry_.ReplaceAssignments("w1", {Row("a", 1, 0)});
  WorkRow same = Row("a", 1, 0);
  same.event_sequence = 7;
  registry_.ReplaceAssignments("w1", {same});
  EXPECT_EQ(link->changes, 1);
  WorkRow cancelled = same;
  cancelled.stop = StopKind::kCancel;
  registry_.ReplaceAssignments("w1", {cancelled});
  EXPECT_EQ(link->changes, 2);
  WorkRow again = Row("a", 2, 0);
  EXPECT_THAT(registry_.ReplaceAssignments("w1", {again}), SizeIs(1));
  EXPECT_EQ(link->changes, 3);
}

TEST_F(WorkerRegistryTest, DrainingWorkerOffersNoSlot) {
  auto link = Connect(5);
  internal::v1::Report report;
  report.set_draining(true);
  registry_.TakeReport("w1", link.get(), report);
  EXPECT_THAT(FreeSlots(), IsEmpty());
  EXPECT_FALSE(registry_.CouldRun({.purpose = v1::Slot::TRAINING}));
  EXPECT_EQ(registry_.List()[0].state(), v1::Worker::DRAINED);
  registry_.TakeReport("w1", link.get(), internal::v1::Report());
  EXPECT_THAT(FreeSlots(), ElementsAre(0, 1));
  EXPECT_EQ(registry_.List()[0].state(), v1::Worker::CONNECTED);
}

TEST_F(WorkerRegistryTest, FindsOnlyWhatTheWorkerHolds) {
  registry_.ReplaceAssignments("w1", {Row("a", 2, 0)});
  EXPECT_NE(registry_.FindAssignment("w1", {"a", 2}), nullptr);
  EXPECT_EQ(registry_.FindAssignment("w1", {"a", 1}), nullptr);
  EXPECT_EQ(registry_.FindAssignment("w2", {"a", 2}), nullptr);
}

TEST_F(WorkerRegistryTest, NewerBootEvictsTheOlder) {
  auto older = Connect(5);
  auto newer = Connect(6);
  ASSERT_TRUE(older->evicted.has_value());
  EXPECT_TRUE(absl::IsAborted(*older->evicted)) << *older->evicted;
  EXPECT_TRUE(registry_.IsConnected("w1", 6));
  EXPECT_FALSE(registry_.IsConnected("w1", 5));
  // The end of the older stream comes late.
  EXPECT_FALSE(registry_.Disconnect("w1", older.get()));
  EXPECT_TRUE(registry_.IsConnected("w1", 6));
  EXPECT_FALSE(newer->evicted.has_value());
}

TEST_F(WorkerRegistryTest, SameBootReplacesItsStreamWithoutGivingUp) {
  auto first = Connect(5);
  Connect(5);
  ASSERT_TRUE(first->evicted.has_value());
  // ABORTED would end the worker.
  EXPECT_TRUE(absl::IsUnavailable(*first->evicted)) << *first->evicted;
}

TEST_F(WorkerRegistryTest, OlderBootIsRefusedWhileTheNewerIsThere) {
  auto newer = Connect(6);
  auto older = std::make_shared<RecordingLink>();
  absl::Status refused = registry_.Connect(HelloOf("w1", 5), older);
  EXPECT_TRUE(absl::IsAborted(refused)) << refused;
  EXPECT_FALSE(newer->evicted.has_value());
  registry_.Disconnect("w1", newer.get());
  EXPECT_TRUE(registry_.Connect(HelloOf("w1", 5), older).ok());
}

TEST_F(WorkerRegistryTest, OlderBootIsRefusedWhileTheNewerHoldsLeases) {
  registry_.ReplaceAssignments("w1", {Row("a", 1, 0, /*boot=*/6)});
  absl::Status refused =
      registry_.Connect(HelloOf("w1", 5), std::make_shared<RecordingLink>());
  EXPECT_TRUE(absl::IsAborted(refused)) << refused;
}

TEST_F(WorkerRegistryTest, AnotherWorkerWithTheSameIdIsRefusedWhileTheFirstIs) {
  auto first = std::make_shared<RecordingLink>();
  ASSERT_TRUE(ConnectAs("aa", 5, first).ok());
  auto second = std::make_shared<RecordingLink>();
  absl::Status refused = ConnectAs("bb", 6, second);
  EXPECT_EQ(ErrorReasonOf(refused), v1::ERROR_REASON_WORKER_ID_TAKEN);
  EXPECT_TRUE(absl::IsAlreadyExists(refused)) << refused;
  EXPECT_FALSE(first->evicted.has_value());
  EXPECT_TRUE(registry_.IsConnected("w1", 5));

  // Its leases live on.
  registry_.ReplaceAssignments("w1", {Row("a", 1, 0)});
  registry_.Disconnect("w1", first.get());
  EXPECT_TRUE(absl::IsAlreadyExists(ConnectAs("bb", 6, second)));
  registry_.ReplaceAssignments("w1", {});
  EXPECT_TRUE(ConnectAs("bb", 6, second).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(ConnectAs("aa", 5, first)));
}

TEST_F(WorkerRegistryTest, ARestartOfTheSameInstanceTakesOver) {
  auto first = std::make_shared<RecordingLink>();
  ASSERT_TRUE(ConnectAs("aa", 5, first).ok());
  registry_.ReplaceAssignments("w1", {Row("a", 1, 0)});
  EXPECT_TRUE(ConnectAs("aa", 6, std::make_shared<RecordingLink>()).ok());
  ASSERT_TRUE(first->evicted.has_value());
  EXPECT_TRUE(absl::IsAborted(*first->evicted));
  EXPECT_TRUE(registry_.IsConnected("w1", 6));
}

TEST_F(WorkerRegistryTest, AWorkerOfAnEarlierReleaseIsNoOther) {
  ASSERT_TRUE(ConnectAs("", 5, std::make_shared<RecordingLink>()).ok());
  EXPECT_TRUE(ConnectAs("bb", 6, std::make_shared<RecordingLink>()).ok());
}

TEST_F(WorkerRegistryTest, ListsTheConnectedAndThoseWithLeases) {
  auto link = Connect(5);
  registry_.ReplaceAssignments("w1", {Row("a", 1, 0)});
  clock_.Advance(absl::Seconds(3));
  registry_.Seen("w1");
  std::vector<v1::Worker> workers = registry_.List();
  ASSERT_THAT(workers, SizeIs(1));
  EXPECT_EQ(workers[0].name(), "workers/w1");
  EXPECT_EQ(workers[0].state(), v1::Worker::CONNECTED);
  EXPECT_EQ(workers[0].build(), "1.2.3");
  EXPECT_EQ(workers[0].slots(0).running(), "jobs/a");
  EXPECT_EQ(workers[0].slots(1).running(), "");
  EXPECT_EQ(workers[0].connect_time().seconds(), 1'700'000'000);
  EXPECT_EQ(workers[0].last_seen_time().seconds(), 1'700'000'003);

  EXPECT_TRUE(registry_.Disconnect("w1", link.get()));
  workers = registry_.List();
  ASSERT_THAT(workers, SizeIs(1));
  EXPECT_EQ(workers[0].state(), v1::Worker::UNREACHABLE);
  EXPECT_EQ(workers[0].slots(0).running(), "jobs/a");
  EXPECT_THAT(FreeSlots(), IsEmpty());

  registry_.ReplaceAssignments("w1", {});
  EXPECT_THAT(registry_.List(), IsEmpty());
}

TEST_F(WorkerRegistryTest, ListsSlotsOfWorkersThatDidNotConnectYet) {
  registry_.ReplaceAssignments("w1", {Row("a", 1, 3)});
  std::vector<v1::Worker> workers = registry_.List();
  ASSERT_THAT(workers, SizeIs(1));
  EXPECT_EQ(workers[0].state(), v1::Worker::UNREACHABLE);
  ASSERT_EQ(workers[0].slots_size(), 1);
  EXPECT_EQ(workers[0].slots(0).index(), 3);
  EXPECT_EQ(workers[0].slots(0).running(), "jobs/a");
  EXPECT_FALSE(workers[0].has_last_seen_time());
}

TEST_F(WorkerRegistryTest, SaysWhatCouldEverRun) {
  SlotNeeds any{.purpose = v1::Slot::TRAINING};
  SlotNeeds gpu = any;
  gpu.device_kind = v1::Resources::CUDA;
  SlotNeeds large = any;
  large.device_memory_bytes = 1;
  EXPECT_FALSE(registry_.CouldRun(any));
  auto link = Connect(5);
  registry_.ReplaceAssignments("w1", {Row("a", 1, 0)});
  EXPECT_TRUE(registry_.CouldRun(any));
  EXPECT_FALSE(registry_.CouldRun(gpu));
  EXPECT_FALSE(registry_.CouldRun(large));
  registry_.Disconnect("w1", link.get());
  EXPECT_FALSE(registry_.CouldRun(any));
}

TEST_F(WorkerRegistryTest, OneRefreshAtATimeAndTheLastOneSeesAll) {
  EXPECT_TRUE(registry_.BeginRefresh("w1"));
  EXPECT_TRUE(registry_.BeginRefresh("w2"));
  EXPECT_FALSE(registry_.BeginRefresh("w1"));
  EXPECT_FALSE(registry_.BeginRefresh("w1"));
  EXPECT_TRUE(registry_.EndRefresh("w1"));
  EXPECT_FALSE(registry_.EndRefresh("w1"));
  EXPECT_TRUE(registry_.BeginRefresh("w1"));
}

TEST_F(WorkerRegistryTest, EvictsOnlyTheSilent) {
  auto link = Connect(5);
  clock_.Advance(absl::Seconds(10));
  registry_.Seen("w1");
  clock_.Advance(absl::Seconds(14));
  registry_.EvictIfSilent("w1", absl::Seconds(15));
  EXPECT_FALSE(link->evicted.has_value());
  clock_.Advance(absl::Seconds(1));
  registry_.ForgiveSilence();
  registry_.EvictIfSilent("w1", absl::Seconds(15));
  EXPECT_FALSE(link->evicted.has_value());
  clock_.Advance(absl::Seconds(15));
  registry_.EvictIfSilent("w1", absl::Seconds(15));
  ASSERT_TRUE(link->evicted.has_value());
  EXPECT_TRUE(absl::IsUnavailable(*link->evicted));
}

TEST_F(WorkerRegistryTest, ShutdownEndsStreamsAndTakesNoOther) {
  auto link = Connect(5);
  registry_.Shutdown(absl::UnavailableError("stopping"));
  ASSERT_TRUE(link->evicted.has_value());
  EXPECT_EQ(*link->evicted, absl::UnavailableError("stopping"));
  EXPECT_EQ(
      registry_.Connect(HelloOf("w2", 1), std::make_shared<RecordingLink>()),
      absl::UnavailableError("stopping"));
}

}  // namespace
}  // namespace tunesmith::server
