#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/workers/session/session_fixture.h"

namespace tunesmith::server {
namespace {

using internal::v1::Report;

Report Broken(int slot) {
  Report report;
  report.add_out_of_service()->set_slot(slot);
  report.mutable_out_of_service(0)->set_reason("ECC");
  return report;
}

TEST_F(SessionTest, ReportTakesASlotOutOfServiceAndTheNextOneBack) {
  auto worker = Joined(5);
  worker->Send(Broken(0));
  Settle(*worker);
  EXPECT_EQ(rig_.registry.List()[0].slots(0).out_of_service(), "ECC");
  EXPECT_EQ(rig_.registry.FreeSlots().size(), 1u);
  int offers = rig_.offers;
  worker->Send(Report());
  Settle(*worker);
  EXPECT_EQ(rig_.registry.List()[0].slots(0).out_of_service(), "");
  EXPECT_EQ(rig_.offers, offers + 1);
}

TEST_F(SessionTest, HelloCanSayThatASlotIsOutOfService) {
  auto worker = NewWorker();
  internal::v1::Hello hello = HelloOf("w1", 5);
  *hello.mutable_report() = Broken(0);
  worker->Join(hello);
  EXPECT_EQ(rig_.registry.List()[0].slots(0).out_of_service(), "ECC");
}

TEST_F(SessionTest, ReportOfSlotsThatTheWorkerDoesNotHaveChangesNothing) {
  auto worker = Joined(5);
  worker->Send(Broken(77));
  Settle(*worker);
  EXPECT_EQ(rig_.registry.FreeSlots().size(), 2u);
  EXPECT_EQ(rig_.registry.List()[0].slots_size(), 2);
}

}  // namespace
}  // namespace tunesmith::server
