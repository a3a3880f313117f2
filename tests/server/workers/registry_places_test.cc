#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/testing/fake_clock.h"
#include "tests/server/workers/workers_rig.h"

// What keeps new items from a worker.

namespace tunesmith::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class RegistryPlacesTest : public testing::Test {
 protected:
  std::shared_ptr<RecordingLink> Connect(const std::string& worker) {
    auto link = std::make_shared<RecordingLink>();
    EXPECT_TRUE(registry_.Connect(HelloOf(worker, 5), link).ok());
    return link;
  }
  // Fails until it is quarantined, each time after its rest.
  void Quarantine(const std::string& worker) {
    for (int i = 0; i < PlaceHealth::kQuarantine; ++i) {
      clock_.Advance(PlaceHealth::kLongestRest);
      registry_.PlaceFailed(worker, v1::PLACE_FAULT_DISK, "no space");
    }
  }
  v1::Worker::State State() { return registry_.List().at(0).state(); }
  std::vector<std::string> RefusedAt(const std::string& worker) {
    for (const FreeSlot& slot : registry_.FreeSlots()) {
      if (slot.worker_id == worker) return slot.refused;
    }
    return {"no free slot of " + worker};
  }
  static WorkRow RowOn(const std::string& worker) {
    WorkRow row;
    row.uid = "item";
    row.fence = 1;
    row.state = WorkState::kLeased;
    row.worker_id = worker;
    row.worker_boot = 5;
    return row;
  }

  FakeClock clock_;
  PlaceFaults places_;
  int offers_ = 0;
  WorkerRegistry registry_{[this] { ++offers_; }, clock_, &places_};
};

TEST_F(RegistryPlacesTest, AWorkerThatFailedOffersNothingUntilItHasRested) {
  Connect("w1");
  EXPECT_FALSE(registry_.NextResume().has_value());
  registry_.PlaceFailed("w1", v1::PLACE_FAULT_STAGING, "no such volume");
  EXPECT_THAT(registry_.FreeSlots(), IsEmpty());
  EXPECT_EQ(State(), v1::Worker::CONNECTED);
  EXPECT_EQ(registry_.List()[0].health().message(), "no such volume");
  // A short rest is no reason to call for another worker.
  EXPECT_TRUE(registry_.CouldRun({.purpose = v1::Slot::TRAINING}));

  ASSERT_EQ(registry_.NextResume(), clock_.Monotonic() + absl::Seconds(1));
  int before = offers_;
  registry_.OfferRested();
  EXPECT_EQ(offers_, before);
  clock_.Advance(absl::Seconds(1));
  registry_.OfferRested();
  EXPECT_EQ(offers_, before + 1);
  EXPECT_THAT(registry_.FreeSlots(), SizeIs(2));
  EXPECT_FALSE(registry_.NextResume().has_value());
  registry_.OfferRested();
  EXPECT_EQ(offers_, before + 1);
}

TEST_F(RegistryPlacesTest, ItsHealthOutlivesItsConnection) {
  auto link = Connect("w1");
  registry_.PlaceFailed("w1", v1::PLACE_FAULT_DISK, "no space");
  registry_.Disconnect("w1", link.get());
  EXPECT_THAT(registry_.List(), IsEmpty());
  Connect("w1");
  EXPECT_THAT(registry_.FreeSlots(), IsEmpty());
  EXPECT_EQ(registry_.List()[0].health().consecutive_failures(), 1);
}

TEST_F(RegistryPlacesTest,
       AfterQuarantineItGetsOneItemAtATimeUntilOneGoesWell) {
  Connect("w1");
  Quarantine("w1");
  EXPECT_EQ(State(), v1::Worker::QUARANTINED);
  EXPECT_FALSE(registry_.CouldRun({.purpose = v1::Slot::TRAINING}));
  EXPECT_THAT(registry_.FreeSlots(), IsEmpty());

  clock_.Advance(PlaceHealth::kLongestRest);
  EXPECT_EQ(State(), v1::Worker::CONNECTED);
  EXPECT_TRUE(registry_.List()[0].health().probing());
  std::vector<FreeSlot> free = registry_.FreeSlots();
  ASSERT_THAT(free, SizeIs(2));
  EXPECT_TRUE(free[0].alone);
  EXPECT_TRUE(free[1].alone);
  registry_.ReplaceAssignments("w1", {RowOn("w1")});
  EXPECT_THAT(registry_.FreeSlots(), IsEmpty());

  int before = offers_;
  registry_.PlaceWorked("w1");
  EXPECT_EQ(offers_, before + 1);
  free = registry_.FreeSlots();
  ASSERT_THAT(free, SizeIs(1));
  EXPECT_FALSE(free[0].alone);
}

TEST_F(RegistryPlacesTest,
       AnItemIsRefusedWhereItFailedWhileAnotherCouldTakeIt) {
  Connect("w1");
  places_.Add("item", {.purpose = v1::Slot::TRAINING}, "w1");
  // Nowhere else to go.
  EXPECT_THAT(RefusedAt("w1"), IsEmpty());
  auto other = Connect("w2");
  EXPECT_THAT(RefusedAt("w1"), ElementsAre("item"));
  EXPECT_THAT(RefusedAt("w2"), IsEmpty());
  // Busy is there.
  registry_.ReplaceAssignments("w2", {RowOn("w2")});
  EXPECT_THAT(RefusedAt("w1"), ElementsAre("item"));
  registry_.SetDrain("w2", v1::Worker::Drain());
  EXPECT_THAT(RefusedAt("w1"), IsEmpty());
  registry_.SetDrain("w2", std::nullopt);
  EXPECT_THAT(RefusedAt("w1"), ElementsAre("item"));
  Quarantine("w2");
  EXPECT_THAT(RefusedAt("w1"), IsEmpty());
  registry_.PlaceWorked("w2");
  places_.Add("item", {.purpose = v1::Slot::TRAINING}, "w2");
  EXPECT_THAT(RefusedAt("w1"), IsEmpty());
}

TEST_F(RegistryPlacesTest, AnItemIsNotKeptForAWorkerThatCannotRunIt) {
  Connect("w1");
  Connect("w2");
  places_.Add(
      "item",
      {.purpose = v1::Slot::TRAINING, .device_kind = v1::Resources::CUDA},
      "w1");
  EXPECT_THAT(RefusedAt("w1"), IsEmpty());
}

TEST_F(RegistryPlacesTest, ADrainedWorkerOffersNothingAndSaysWhy) {
  Connect("w1");
  registry_.ReplaceAssignments("w1", {RowOn("w1")});
  v1::Worker::Drain drain;
  drain.set_reason("new disks");
  registry_.SetDrain("w1", drain);
  EXPECT_THAT(registry_.FreeSlots(), IsEmpty());
  EXPECT_FALSE(registry_.CouldRun({.purpose = v1::Slot::TRAINING}));
  EXPECT_EQ(State(), v1::Worker::DRAINING);
  registry_.ReplaceAssignments("w1", {});
  EXPECT_EQ(State(), v1::Worker::DRAINED);
  EXPECT_EQ(registry_.List()[0].drain().reason(), "new disks");
  int before = offers_;
  registry_.SetDrain("w1", std::nullopt);
  EXPECT_EQ(offers_, before + 1);
  EXPECT_EQ(State(), v1::Worker::CONNECTED);
}

TEST_F(RegistryPlacesTest, ADrainedWorkerIsKnownWhileItIsAway) {
  EXPECT_FALSE(registry_.Knows("w1"));
  registry_.SetDrain("w1", v1::Worker::Drain());
  EXPECT_TRUE(registry_.Knows("w1"));
  ASSERT_THAT(registry_.List(), SizeIs(1));
  EXPECT_EQ(registry_.List()[0].name(), "workers/w1");
  EXPECT_EQ(State(), v1::Worker::UNREACHABLE);
  EXPECT_TRUE(registry_.List()[0].has_drain());
  Connect("w1");
  EXPECT_EQ(State(), v1::Worker::DRAINED);
  EXPECT_THAT(registry_.List(), SizeIs(1));
}

}  // namespace
}  // namespace tunesmith::server
