#include "worker/agent/spare_schedule.h"

#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

constexpr absl::Duration kNow = absl::Seconds(1000);
constexpr absl::Duration kNever = absl::InfiniteDuration();
constexpr int64_t kGiB = int64_t{1} << 30;

SpareSchedule Schedule(v1::Resources::DeviceKind kind, int64_t memory_bytes,
                       v1::Slot::Purpose purpose = v1::Slot::TRAINING) {
  v1::Slot slot;
  slot.set_purpose(purpose);
  slot.set_device_kind(kind);
  slot.set_device_memory_bytes(memory_bytes);
  return SpareSchedule(slot);
}

v1::Progress At(v1::Progress::Phase phase, double fraction) {
  v1::Progress progress;
  progress.set_phase(phase);
  progress.set_fraction(fraction);
  return progress;
}

TEST(SpareScheduleTest, NothingDisturbsWhereNothingRuns) {
  SpareSchedule schedule = Schedule(v1::Resources::CPU, 0);
  EXPECT_EQ(schedule.earliest(), -kNever);
  schedule.OnBegin();
  EXPECT_EQ(schedule.earliest(), kNever);
  schedule.OnEnd();
  EXPECT_EQ(schedule.earliest(), -kNever);
}

TEST(SpareScheduleTest, AuxiliarySlotNeverWaits) {
  SpareSchedule schedule = Schedule(v1::Resources::CPU, 0, v1::Slot::AUXILIARY);
  schedule.OnBegin();
  EXPECT_EQ(schedule.earliest(), -kNever);
}

TEST(SpareScheduleTest, TrainingSettlesInTenSecondsOrHalfOfItsSteps) {
  for (auto kind : {v1::Resources::CPU, v1::Resources::CUDA}) {
    SpareSchedule schedule = Schedule(kind, 8 * kGiB);
    schedule.OnBegin();
    schedule.OnProgress(At(v1::Progress::LOADING, 0), kNow);
    EXPECT_EQ(schedule.earliest(), kNever);
    schedule.OnProgress(At(v1::Progress::TRAINING, 0.1), kNow);
    schedule.OnProgress(At(v1::Progress::TRAINING, 0.2),
                        kNow + absl::Seconds(5));
    EXPECT_EQ(schedule.earliest(), kNow + absl::Seconds(10));
    schedule.OnProgress(At(v1::Progress::TRAINING, 0.5),
                        kNow + absl::Seconds(6));
    EXPECT_EQ(schedule.earliest(), kNow + absl::Seconds(6));
  }
}

TEST(SpareScheduleTest, SmallGpuIsLeftToTheTraining) {
  SpareSchedule schedule = Schedule(v1::Resources::CUDA, 8 * kGiB - 1);
  schedule.OnBegin();
  schedule.OnProgress(At(v1::Progress::TRAINING, 0.9), kNow);
  EXPECT_EQ(schedule.earliest(), kNever);
  schedule.OnEnd();
  EXPECT_EQ(schedule.earliest(), -kNever);
}

TEST(SpareScheduleTest, SpareThatDiedBesideATrainingIsNotTriedAgain) {
  SpareSchedule schedule = Schedule(v1::Resources::CUDA, 80 * kGiB);
  schedule.OnBegin();
  schedule.OnProgress(At(v1::Progress::TRAINING, 0.5), kNow);
  schedule.OnFailedStart();
  schedule.OnProgress(At(v1::Progress::TRAINING, 0.6), kNow);
  EXPECT_EQ(schedule.earliest(), kNever);
  schedule.OnEnd();
  schedule.OnFailedStart();
  EXPECT_EQ(schedule.earliest(), -kNever);
  schedule.OnBegin();
  schedule.OnProgress(At(v1::Progress::TRAINING, 0.5), kNow);
  EXPECT_EQ(schedule.earliest(), kNow);
}

TEST(SpareScheduleTest, SpareOnACpuIsTriedAgain) {
  SpareSchedule schedule = Schedule(v1::Resources::CPU, 0);
  schedule.OnBegin();
  schedule.OnProgress(At(v1::Progress::TRAINING, 0.5), kNow);
  schedule.OnFailedStart();
  EXPECT_EQ(schedule.earliest(), kNow);
}

}  // namespace
}  // namespace tunesmith::worker
