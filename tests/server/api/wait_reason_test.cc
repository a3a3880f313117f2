#include "server/api/wait_reason.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::Worker MakeWorker(std::vector<std::string> running,
                      v1::Worker::State state = v1::Worker::CONNECTED) {
  v1::Worker worker;
  worker.set_state(state);
  for (const std::string& what : running) {
    v1::Slot& slot = *worker.add_slots();
    slot.set_purpose(v1::Slot::TRAINING);
    slot.set_device_kind(v1::Resources::CPU);
    slot.set_running(what);
  }
  v1::Slot& auxiliary = *worker.add_slots();
  auxiliary.set_purpose(v1::Slot::AUXILIARY);
  auxiliary.set_device_kind(v1::Resources::CPU);
  return worker;
}

QueuedFacts Facts(
    const std::vector<v1::Worker>& workers, int64_t position,
    v1::Resources::DeviceKind kind = v1::Resources::DEVICE_KIND_UNSPECIFIED) {
  QueuedFacts facts;
  facts.place.position = position;
  facts.needs.purpose = v1::Slot::TRAINING;
  facts.needs.device_kind = kind;
  facts.slots = SurveySlots(workers, facts.needs);
  return facts;
}

TEST(WaitReasonTest, BusySlotsAreNamedWithWhatRunsThere) {
  v1::Wait wait = QueuedWait(Facts({MakeWorker({"jobs/first"})}, 1));
  EXPECT_EQ(wait.reason(), v1::Wait::SLOTS_BUSY);
  EXPECT_EQ(wait.position(), 1);
  EXPECT_THAT(wait.message(), HasSubstr("jobs/first"));
  EXPECT_THAT(wait.message(), Not(HasSubstr("first go")));
}

TEST(WaitReasonTest, SaysHowManyGoFirst) {
  v1::Wait wait = QueuedWait(Facts({MakeWorker({"jobs/first"})}, 3));
  EXPECT_EQ(wait.position(), 3);
  EXPECT_THAT(wait.message(), HasSubstr("2 waiting jobs go first"));
}

TEST(WaitReasonTest, ManyRunningJobsAreNotAllNamed) {
  v1::Wait wait = QueuedWait(Facts(
      {MakeWorker({"jobs/a", "jobs/b", "jobs/c", "jobs/d", "jobs/e"})}, 1));
  EXPECT_THAT(wait.message(), HasSubstr("jobs/d and 1 more"));
}

TEST(WaitReasonTest, AFreeSlotMeansStarting) {
  EXPECT_EQ(QueuedWait(Facts({MakeWorker({"jobs/a", ""})}, 1)).reason(),
            v1::Wait::STARTING);
  // The free slot is for the one before.
  EXPECT_EQ(QueuedWait(Facts({MakeWorker({"jobs/a", ""})}, 2)).reason(),
            v1::Wait::SLOTS_BUSY);
}

TEST(WaitReasonTest, SlotsOfAnotherDeviceOrOfALostWorkerDoNotCount) {
  std::vector<v1::Worker> workers = {MakeWorker({""}, v1::Worker::UNREACHABLE),
                                     MakeWorker({"jobs/a"})};
  EXPECT_EQ(QueuedWait(Facts(workers, 1)).reason(), v1::Wait::SLOTS_BUSY);
  v1::Wait wait = QueuedWait(Facts(workers, 1, v1::Resources::CUDA));
  EXPECT_EQ(wait.reason(), v1::Wait::NO_WORKER);
  EXPECT_THAT(wait.message(), HasSubstr("CUDA"));
  EXPECT_EQ(wait.needs().device_kind(), v1::Resources::CUDA);
}

TEST(WaitReasonTest, ATenantThatRunsAsMuchAsItMayWaitsForItself) {
  QueuedFacts facts = Facts({MakeWorker({"jobs/a", ""})}, 1);
  facts.max_running = 1;
  EXPECT_EQ(QueuedWait(facts).reason(), v1::Wait::STARTING);
  facts.running = 1;
  v1::Wait wait = QueuedWait(facts);
  EXPECT_EQ(wait.reason(), v1::Wait::TENANT_LIMIT);
  EXPECT_THAT(wait.message(), HasSubstr("as may: 1"));
}

TEST(WaitReasonTest, PlaceAndExpectedStartAreToldWhereThereAreSlots) {
  QueuedFacts facts = Facts({MakeWorker({"jobs/a"})}, 3);
  facts.place.behind = "jobs/b";
  facts.expected_start = absl::FromUnixSeconds(1000);
  EXPECT_EQ(QueuedWait(facts).behind(), "jobs/b");
  EXPECT_EQ(QueuedWait(facts).expected_start_time().seconds(), 1000);
  facts.slots = SlotSurvey();
  EXPECT_FALSE(QueuedWait(facts).has_expected_start_time());
}

TEST(WaitReasonTest, WithoutAWorkerItSaysWhatToStart) {
  v1::Wait wait = QueuedWait(Facts({}, 1));
  EXPECT_EQ(wait.reason(), v1::Wait::NO_WORKER);
  EXPECT_THAT(wait.message(), HasSubstr("tunesmith-worker"));
}

TEST(WaitReasonTest, ARetryWaitsForItsTimeEvenWithAFreeSlot) {
  QueuedFacts facts = Facts({MakeWorker({""})}, 1);
  facts.attempt = 2;
  facts.delay = absl::Milliseconds(3500);
  v1::Wait wait = QueuedWait(facts);
  EXPECT_EQ(wait.reason(), v1::Wait::RETRY_DELAY);
  EXPECT_THAT(wait.message(), HasSubstr("attempt 2 failed"));
  EXPECT_THAT(wait.message(), HasSubstr("4s"));
  EXPECT_EQ(wait.position(), 0);
  facts.delay.reset();
  EXPECT_EQ(QueuedWait(facts).reason(), v1::Wait::STARTING);
}

TEST(WaitReasonTest, ValidatingNamesTheInputs) {
  v1::Wait wait = ValidatingWait({"models/m", "datasets/d"}, true);
  EXPECT_EQ(wait.reason(), v1::Wait::INPUTS_NOT_READY);
  EXPECT_EQ(wait.position(), 0);
  EXPECT_THAT(wait.message(), HasSubstr("models/m, datasets/d"));
  EXPECT_THAT(wait.message(), Not(HasSubstr("tunesmith-worker")));
  EXPECT_THAT(ValidatingWait({"models/m"}, false).message(),
              HasSubstr("tunesmith-worker"));
}

}  // namespace
}  // namespace tunesmith::server
