#include "server/api/slot_survey.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::server {
namespace {

constexpr int64_t kGiB = int64_t{1} << 30;

v1::Worker WorkerWith(const std::string& name) {
  v1::Worker worker;
  worker.set_name("workers/" + name);
  worker.set_state(v1::Worker::CONNECTED);
  return worker;
}

v1::Slot& AddGpu(v1::Worker& worker, int64_t memory_bytes) {
  v1::Slot& slot = *worker.add_slots();
  slot.set_index(worker.slots_size() - 1);
  slot.set_purpose(v1::Slot::TRAINING);
  slot.set_device_kind(v1::Resources::CUDA);
  slot.set_device("cuda:" + std::to_string(slot.index()));
  slot.set_device_memory_bytes(memory_bytes);
  return slot;
}

SlotNeeds Gpu(int64_t memory_bytes = 0) {
  return {.purpose = v1::Slot::TRAINING,
          .device_kind = v1::Resources::CUDA,
          .device_memory_bytes = memory_bytes};
}

std::string Message(const std::vector<v1::Worker>& workers,
                    const SlotNeeds& needs) {
  SlotSurvey survey = SurveySlots(workers, needs);
  EXPECT_EQ(survey.total, 0);
  return NoSlotMessage(survey, needs);
}

TEST(SlotSurveyTest, SlotsThatFitAreCountedAndWhatRunsThereIsNamed) {
  v1::Worker a = WorkerWith("a");
  AddGpu(a, 24 * kGiB).set_running("jobs/x");
  AddGpu(a, 24 * kGiB);
  AddGpu(a, 8 * kGiB);
  v1::Worker leaving = WorkerWith("b");
  AddGpu(leaving, 24 * kGiB);
  leaving.set_state(v1::Worker::DRAINING);
  SlotSurvey survey = SurveySlots({a, leaving}, Gpu(24 * kGiB));
  EXPECT_EQ(survey.total, 2);
  EXPECT_EQ(survey.free, 1);
  EXPECT_THAT(survey.running, testing::ElementsAre("jobs/x"));
  EXPECT_EQ(survey.too_small, 1);
}

TEST(NoSlotMessageTest, WithoutSuchADeviceItSaysWhatToStart) {
  EXPECT_EQ(Message({WorkerWith("a")}, Gpu()),
            "no connected worker has a CUDA training slot; start "
            "tunesmith-worker");
  EXPECT_EQ(Message({}, Gpu(40 * kGiB)),
            "no connected worker has a CUDA training slot with 40 GiB of "
            "memory; start tunesmith-worker");
  EXPECT_EQ(Message({}, {.purpose = v1::Slot::TRAINING}),
            "no connected worker has a training slot; start tunesmith-worker");
}

TEST(NoSlotMessageTest, TooLittleMemoryIsToldWithWhatThereIs) {
  v1::Worker a = WorkerWith("a");
  AddGpu(a, 8 * kGiB);
  AddGpu(a, 24 * kGiB);
  EXPECT_EQ(Message({a}, Gpu(40 * kGiB)),
            "no connected worker has a CUDA training slot with 40 GiB of "
            "memory (the largest has 24 GiB); start tunesmith-worker on a "
            "machine that has");
}

TEST(NoSlotMessageTest, WhatIsAlmostEnoughDoesNotLookLikeEnough) {
  v1::Worker a = WorkerWith("a");
  AddGpu(a, 24 * kGiB - 1);
  EXPECT_THAT(Message({a}, Gpu(24 * kGiB)),
              testing::HasSubstr("with 24 GiB of memory (the largest has 23.9 "
                                 "GiB)"));
  EXPECT_THAT(Message({a}, Gpu(24 * kGiB + 1)),
              testing::HasSubstr("with 24.1 GiB of memory"));
}

TEST(NoSlotMessageTest, TheOnlySlotOutOfServiceIsNamedWithItsReason) {
  v1::Worker a = WorkerWith("a");
  AddGpu(a, 24 * kGiB).set_out_of_service("uncorrectable ECC error");
  AddGpu(a, 8 * kGiB);
  EXPECT_EQ(Message({a}, Gpu(24 * kGiB)),
            "the only CUDA training slot with 24 GiB of memory, cuda:0 of "
            "workers/a, is out of service: uncorrectable ECC error");
}

TEST(NoSlotMessageTest, OfSeveralOutOfServiceTheFirstOneIsNamed) {
  v1::Worker a = WorkerWith("a");
  AddGpu(a, 0).set_out_of_service("fell off the bus");
  AddGpu(a, 0).set_out_of_service("ECC");
  EXPECT_EQ(Message({a}, Gpu()),
            "every CUDA training slot is out of service, 2 in all; cuda:0 of "
            "workers/a: fell off the bus");
}

TEST(NoSlotMessageTest, AWorkerThatRestsTellsWhatFailed) {
  v1::Worker a = WorkerWith("a");
  AddGpu(a, 0);
  a.set_state(v1::Worker::QUARANTINED);
  a.mutable_health()->set_consecutive_failures(5);
  a.mutable_health()->set_message("no space left");
  a.mutable_health()->mutable_resume_time()->set_seconds(1);
  EXPECT_EQ(Message({a}, Gpu()),
            "the only CUDA training slot, cuda:0 of workers/a, is out of "
            "service: the worker rests after 5 failures in a row: no space "
            "left");
}

TEST(SlotSurveyTest, ASlotOutOfServiceIsNotFree) {
  v1::Worker a = WorkerWith("a");
  AddGpu(a, 0).set_out_of_service("ECC");
  AddGpu(a, 0).set_running("jobs/x");
  SlotSurvey survey = SurveySlots({a}, Gpu());
  EXPECT_EQ(survey.total, 1);
  EXPECT_EQ(survey.free, 0);
}

}  // namespace
}  // namespace tunesmith::server
