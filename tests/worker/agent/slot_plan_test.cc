#include "worker/agent/slot_plan.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kGiB = int64_t{1} << 30;

const Device kCpu = {.id = "cpu", .name = "Toy", .memory_bytes = 10};

std::vector<PlannedGpu> Gpus(int count, bool work = true) {
  std::vector<PlannedGpu> gpus;
  for (int i = 0; i < count; ++i) {
    gpus.push_back({.device = {.id = "cuda:" + std::to_string(i),
                               .name = "H100",
                               .memory_bytes = 80 * kGiB,
                               .uuid = "GPU-" + std::to_string(i)},
                    .compute_capability = work ? "9.0" : "",
                    .works = work});
  }
  return gpus;
}

// Without a slot for predictions.
std::vector<v1::Slot> Plan(const std::vector<PlannedGpu>& gpus,
                           SlotPlanOptions options) {
  options.prediction_slots = 0;
  auto slots = PlanSlots(kCpu, gpus, options);
  EXPECT_TRUE(slots.ok()) << slots.status();
  return slots.ok() ? *slots : std::vector<v1::Slot>();
}

TEST(SlotPlanTest, CpuMachineHasOneTrainingSlotWithAllThreads) {
  auto slots = Plan({}, {.threads = 8});
  ASSERT_EQ(slots.size(), 3);
  EXPECT_EQ(slots[0].purpose(), v1::Slot::TRAINING);
  EXPECT_EQ(slots[0].threads(), 8);
  EXPECT_EQ(slots[0].device_kind(), v1::Resources::CPU);
  EXPECT_EQ(slots[0].device(), "cpu");
  EXPECT_EQ(slots[0].device_name(), "Toy");
  EXPECT_EQ(slots[0].device_uuid(), "");
  EXPECT_FALSE(slots[0].device_is_shared());
  EXPECT_EQ(slots[2].purpose(), v1::Slot::AUXILIARY);
  EXPECT_EQ(slots[2].index(), 2);
  EXPECT_EQ(slots[2].threads(), 1);
}

TEST(SlotPlanTest, PredictionsHaveASlotWithAllThreadsOfTheCpu) {
  auto slots = PlanSlots(kCpu, Gpus(2), {.auxiliary_slots = 1, .threads = 8});
  ASSERT_TRUE(slots.ok()) << slots.status();
  ASSERT_EQ(slots->size(), 4);
  EXPECT_EQ(slots->back().purpose(), v1::Slot::PREDICTION);
  EXPECT_EQ(slots->back().device(), "cpu");
  EXPECT_EQ(slots->back().threads(), 8);
}

TEST(SlotPlanTest, EveryGpuIsASlotAndTheCpuNone) {
  for (int count : {1, 4}) {
    auto slots = Plan(Gpus(count), {.auxiliary_slots = 1, .threads = 8});
    ASSERT_EQ(slots.size(), count + 1);
    for (int i = 0; i < count; ++i) {
      EXPECT_EQ(slots[i].device(), "cuda:" + std::to_string(i));
      EXPECT_EQ(slots[i].device_uuid(), "GPU-" + std::to_string(i));
      EXPECT_EQ(slots[i].device_kind(), v1::Resources::CUDA);
      EXPECT_EQ(slots[i].device_memory_bytes(), 80 * kGiB);
      EXPECT_EQ(slots[i].compute_capability(), "9.0");
      EXPECT_EQ(slots[i].threads(), 8 / count);
      EXPECT_FALSE(slots[i].device_is_shared());
    }
    EXPECT_EQ(slots[count].purpose(), v1::Slot::AUXILIARY);
    EXPECT_EQ(slots[count].device(), "cpu");
  }
}

TEST(SlotPlanTest, SlotsOfAGpuShareItsMemory) {
  auto slots =
      Plan(Gpus(2), {.slots_per_gpu = 4, .auxiliary_slots = 0, .threads = 8});
  ASSERT_EQ(slots.size(), 8);
  EXPECT_EQ(slots[3].device(), "cuda:0");
  EXPECT_EQ(slots[4].device(), "cuda:1");
  EXPECT_EQ(slots[4].index(), 4);
  for (const v1::Slot& slot : slots) {
    EXPECT_EQ(slot.device_memory_bytes(), 20 * kGiB);
    EXPECT_TRUE(slot.device_is_shared());
    EXPECT_EQ(slot.threads(), 1);
  }
}

TEST(SlotPlanTest, InstanceSharesItsGpu) {
  auto gpus = Gpus(1);
  gpus[0].device.parent_uuid = "GPU-p";
  EXPECT_TRUE(Plan(gpus, {})[0].device_is_shared());
  EXPECT_EQ(Plan(gpus, {})[0].device_memory_bytes(), 80 * kGiB);
}

TEST(SlotPlanTest, CpuTrainsWhereNoGpuWorks) {
  auto slots = Plan(Gpus(2, false), {.auxiliary_slots = 0, .threads = 8});
  ASSERT_EQ(slots.size(), 3);
  EXPECT_EQ(slots[1].device(), "cuda:1");
  EXPECT_EQ(slots[1].compute_capability(), "");
  EXPECT_EQ(slots[2].device(), "cpu");
  EXPECT_EQ(slots[2].purpose(), v1::Slot::TRAINING);
  EXPECT_EQ(slots[2].threads(), 8);
  // One that works is enough.
  auto gpus = Gpus(2);
  gpus[0].works = false;
  slots = Plan(gpus, {.auxiliary_slots = 0, .threads = 8});
  ASSERT_EQ(slots.size(), 2);
  EXPECT_EQ(slots[1].threads(), 8);
}

TEST(SlotPlanTest, CpuSlotsAreAsManyAsAreSaid) {
  auto slots = Plan(Gpus(1), {.cpu_slots = 2, .threads = 9});
  ASSERT_EQ(slots.size(), 5);
  EXPECT_EQ(slots[2].device(), "cpu");
  EXPECT_EQ(slots[2].purpose(), v1::Slot::TRAINING);
  EXPECT_EQ(slots[2].threads(), 3);
  EXPECT_EQ(Plan(Gpus(1, false), {.cpu_slots = 0, .auxiliary_slots = 0}).size(),
            1);
  EXPECT_EQ(Plan({}, {.cpu_slots = 4, .threads = 2})[3].threads(), 1);
}

TEST(SlotPlanTest, BoundsAreKept) {
  EXPECT_FALSE(
      PlanSlots(kCpu, {},
                {.cpu_slots = 0, .auxiliary_slots = 0, .prediction_slots = 0})
          .ok());
  EXPECT_FALSE(PlanSlots(kCpu, {}, {.prediction_slots = -1}).ok());
  EXPECT_FALSE(PlanSlots(kCpu, {}, {.cpu_slots = -1}).ok());
  EXPECT_FALSE(PlanSlots(kCpu, {}, {.auxiliary_slots = -1}).ok());
  EXPECT_FALSE(PlanSlots(kCpu, Gpus(1), {.slots_per_gpu = 0}).ok());
  EXPECT_FALSE(PlanSlots(kCpu, Gpus(1), {.slots_per_gpu = 17}).ok());
}

TEST(SlotPlanTest, TrainingSlotsShareTheMemoryThatAReserveLeaves) {
  auto slots = Plan(
      {},
      {.cpu_slots = 2, .auxiliary_slots = 1, .host_memory_bytes = 16 * kGiB});
  for (const v1::Slot& slot : slots) {
    EXPECT_EQ(slot.host_memory_limit_bytes(), 7 * kGiB);
  }
  // Those of a GPU that does not work may come to want theirs.
  slots = Plan(Gpus(3, false), {.host_memory_bytes = 16 * kGiB});
  EXPECT_EQ(slots[3].device(), "cpu");
  EXPECT_EQ(slots[3].host_memory_limit_bytes(), 14 * kGiB / 4);
  // The reserve of a large machine stays small.
  EXPECT_EQ(
      Plan({}, {.host_memory_bytes = 1024 * kGiB})[0].host_memory_limit_bytes(),
      1016 * kGiB);
  EXPECT_EQ(Plan({}, {})[0].host_memory_limit_bytes(), 0);
}

TEST(SlotPlanTest, MemoryOfASlotIsAsItIsSet) {
  EXPECT_EQ(Plan({}, {.slot_memory_bytes = 20 * kGiB,
                      .host_memory_bytes = 16 * kGiB})[0]
                .host_memory_limit_bytes(),
            20 * kGiB);
  for (int64_t bytes : {int64_t{0}, int64_t{1} << 20}) {
    auto slots = PlanSlots(kCpu, {}, {.slot_memory_bytes = bytes});
    EXPECT_TRUE(absl::IsInvalidArgument(slots.status()));
    EXPECT_THAT(std::string(slots.status().message()),
                HasSubstr("--slot-memory"));
  }
}

}  // namespace
}  // namespace tunesmith::worker
