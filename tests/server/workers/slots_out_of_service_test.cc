#include "server/workers/slots_out_of_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/contract/base/utf8.h"
#include "server/workers/worker_registry.h"
#include "tests/server/workers/workers_rig.h"

namespace tunesmith::server {
namespace {

using internal::v1::Report;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const SlotNeeds kTraining = {.purpose = v1::Slot::TRAINING};

void AddBroken(Report& report, int slot, const std::string& reason) {
  Report::OutOfService& row = *report.add_out_of_service();
  row.set_slot(slot);
  row.set_reason(reason);
}

Report Broken(int slot, const std::string& reason) {
  Report report;
  AddBroken(report, slot, reason);
  return report;
}

v1::Worker WorkerOf(const internal::v1::Hello& hello) {
  v1::Worker worker;
  *worker.mutable_slots() = hello.slots();
  return worker;
}

TEST(SlotsOutOfServiceTest, SlotsThatTheWorkerDoesNotHaveAreIgnored) {
  Report report = Broken(0, "ECC");
  for (int slot : {-1, 2, 1'000'000}) AddBroken(report, slot, "no such slot");
  EXPECT_THAT(SlotsOutOfServiceOf(WorkerOf(HelloOf("w1", 5)), report),
              ElementsAre(Pair(0, "ECC")));
}

TEST(SlotsOutOfServiceTest, ALongReasonIsCutAtACharacter) {
  std::string euros;
  for (int i = 0; i < 1000; ++i) euros += "\u20ac";
  std::string reason =
      SlotsOutOfServiceOf(WorkerOf(HelloOf("w1", 5)), Broken(0, euros)).at(0);
  EXPECT_EQ(reason.size(), 255u);
  EXPECT_TRUE(IsUtf8(reason));
}

TEST(SlotsOutOfServiceTest, NoReasonIsNoReturnToService) {
  EXPECT_FALSE(SlotsOutOfServiceOf(WorkerOf(HelloOf("w1", 5)), Broken(0, ""))
                   .at(0)
                   .empty());
}

class RegistryOutOfServiceTest : public testing::Test {
 protected:
  std::shared_ptr<RecordingLink> Connect(const Report& report) {
    auto link = std::make_shared<RecordingLink>();
    internal::v1::Hello hello = HelloOf("w1", 5);
    hello.mutable_slots(1)->set_out_of_service("says the slot itself");
    *hello.mutable_report() = report;
    EXPECT_TRUE(registry_.Connect(hello, link).ok());
    return link;
  }

  std::vector<int> FreeSlots() {
    std::vector<int> slots;
    for (const FreeSlot& slot : registry_.FreeSlots()) {
      slots.push_back(slot.slot);
    }
    return slots;
  }

  v1::Slot Slot(int index) { return registry_.List()[0].slots(index); }

  int offers_ = 0;
  WorkerRegistry registry_{[this] { ++offers_; }};
};

TEST_F(RegistryOutOfServiceTest, ASlotTakesNothingUntilItComesBack) {
  auto link = Connect(Report());
  EXPECT_EQ(Slot(1).out_of_service(), "");
  registry_.TakeReport("w1", link.get(), Broken(0, "ECC"));
  EXPECT_THAT(FreeSlots(), ElementsAre(1));
  EXPECT_FALSE(registry_.CouldRun(kTraining));
  EXPECT_EQ(Slot(0).out_of_service(), "ECC");
  EXPECT_EQ(offers_, 1);
  // The same again, for another reason.
  registry_.TakeReport("w1", link.get(), Broken(0, "fell off the bus"));
  EXPECT_EQ(Slot(0).out_of_service(), "fell off the bus");
  EXPECT_EQ(offers_, 1);

  registry_.TakeReport("w1", link.get(), Report());
  EXPECT_THAT(FreeSlots(), ElementsAre(0, 1));
  EXPECT_TRUE(registry_.CouldRun(kTraining));
  EXPECT_EQ(Slot(0).out_of_service(), "");
  // The scheduler hears of it.
  EXPECT_EQ(offers_, 2);
  registry_.TakeReport("w1", link.get(), Report());
  EXPECT_EQ(offers_, 2);
}

TEST_F(RegistryOutOfServiceTest, EachReportTakesThePlaceOfTheOneBefore) {
  auto link = Connect(Report());
  registry_.TakeReport("w1", link.get(), Broken(0, "ECC"));
  registry_.TakeReport("w1", link.get(), Broken(1, "ECC"));
  EXPECT_THAT(FreeSlots(), ElementsAre(0));
  EXPECT_EQ(offers_, 2);
}

TEST_F(RegistryOutOfServiceTest, WhatHelloSaysCountsBeforeTheFirstOffer) {
  Report report = Broken(0, "ECC");
  AddBroken(report, 1, "ECC");
  Connect(report);
  EXPECT_THAT(FreeSlots(), IsEmpty());
  // Connecting anew forgets it.
  Connect(Report());
  EXPECT_THAT(FreeSlots(), ElementsAre(0, 1));
}

TEST_F(RegistryOutOfServiceTest, AnEarlierStreamIsNotHeard) {
  auto first = Connect(Report());
  auto second = Connect(Report());
  registry_.TakeReport("w1", first.get(), Broken(0, "ECC"));
  EXPECT_THAT(FreeSlots(), ElementsAre(0, 1));
  registry_.TakeReport("w1", second.get(), Broken(0, "ECC"));
  EXPECT_THAT(FreeSlots(), ElementsAre(1));
}

}  // namespace
}  // namespace tunesmith::server
