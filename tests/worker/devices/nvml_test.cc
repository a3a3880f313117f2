#include "worker/devices/nvml.h"

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/devices/scripted_machine.h"

namespace tunesmith::worker {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::unique_ptr<Nvml> Open(const std::string& library = SCRIPTED_NVML) {
  auto nvml = Nvml::Create(library);
  EXPECT_TRUE(nvml.ok()) << nvml.status();
  return nvml.ok() ? *std::move(nvml) : nullptr;
}

TEST(NvmlTest, MachineWithoutAGpuHasNone) {
  ScriptedMachine machine;
  GpuInventory inventory = Open()->List();
  EXPECT_THAT(inventory.gpus, IsEmpty());
  EXPECT_THAT(inventory.problems, IsEmpty());
}

TEST(NvmlTest, GpuIsDescribed) {
  ScriptedMachine machine("gpu GPU-a 81559 NVIDIA H100 80GB HBM3\n");
  EXPECT_THAT(Open()->List().gpus,
              ElementsAre(Gpu{.uuid = "GPU-a",
                              .name = "NVIDIA H100 80GB HBM3",
                              .memory_bytes = int64_t{81559} << 20}));
}

TEST(NvmlTest, GpusKeepTheOrderOfTheDriver) {
  ScriptedMachine machine(
      "gpu GPU-d 1 A\ngpu GPU-c 2 B\ngpu GPU-b 3 C\ngpu GPU-a 4 D\n");
  std::vector<Gpu> gpus = Open()->List().gpus;
  ASSERT_EQ(gpus.size(), 4);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(gpus[i].index, i);
    EXPECT_EQ(gpus[i].memory_bytes, int64_t{i + 1} << 20);
  }
  EXPECT_EQ(gpus[3].uuid, "GPU-a");
}

TEST(NvmlTest, InstancesStandInPlaceOfTheirGpu) {
  ScriptedMachine machine(
      "gpu GPU-a 40960 A100\n"
      "mig MIG-1 4864 A100 MIG 1g.5gb\n"
      "mig MIG-2 19968 A100 MIG 3g.20gb\n"
      "gpu GPU-b 40960 A100\n");
  EXPECT_THAT(Open()->List().gpus,
              ElementsAre(Gpu{.uuid = "MIG-1",
                              .name = "A100 MIG 1g.5gb",
                              .memory_bytes = int64_t{4864} << 20,
                              .parent_uuid = "GPU-a",
                              .index = 0},
                          Gpu{.uuid = "MIG-2",
                              .name = "A100 MIG 3g.20gb",
                              .memory_bytes = int64_t{19968} << 20,
                              .parent_uuid = "GPU-a",
                              .index = 0},
                          Gpu{.uuid = "GPU-b",
                              .name = "A100",
                              .memory_bytes = int64_t{40960} << 20,
                              .index = 1}));
}

TEST(NvmlTest, GpuThatIsToBeSplitAndIsNotIsAProblem) {
  ScriptedMachine machine("gpu GPU-a 40960 A100\nmig\n");
  GpuInventory inventory = Open()->List();
  EXPECT_THAT(inventory.gpus, IsEmpty());
  EXPECT_THAT(inventory.problems, ElementsAre(HasSubstr("MIG mode")));
}

TEST(NvmlTest, GpuThatCannotBeReadIsAProblemAndLeavesTheOthers) {
  ScriptedMachine machine(
      "gpu GPU-a 1 A\nfails 4\ngpu GPU-b 1 B\nlost_after 0\ngpu GPU-c 1 C\n");
  GpuInventory inventory = Open()->List();
  ASSERT_EQ(inventory.gpus.size(), 1);
  EXPECT_EQ(inventory.gpus[0].uuid, "GPU-c");
  EXPECT_EQ(inventory.gpus[0].index, 2);
  EXPECT_THAT(inventory.problems,
              ElementsAre(AllOf(HasSubstr("GPU 0"), HasSubstr("Permissions")),
                          AllOf(HasSubstr("GPU 1"), HasSubstr("GPU is lost"))));
}

TEST(NvmlTest, ReadingsAreInUnitsOfTheirNames) {
  ScriptedMachine machine(
      "gpu GPU-a 1000 A\ncompute 40\nmemory 7\nused_mib 300\n"
      "milliwatts 350500\ncelsius 61\nmillijoules 123456789\n"
      "corrected 3\nuncorrected 1\n");
  GpuReadings readings = Open()->Read("GPU-a");
  EXPECT_FALSE(readings.lost);
  EXPECT_DOUBLE_EQ(readings.compute_utilization.value(), 0.4);
  EXPECT_DOUBLE_EQ(readings.memory_utilization.value(), 0.07);
  EXPECT_EQ(readings.memory_bytes, int64_t{1000} << 20);
  EXPECT_EQ(readings.used_memory_bytes, int64_t{300} << 20);
  EXPECT_DOUBLE_EQ(readings.power_watts.value(), 350.5);
  EXPECT_DOUBLE_EQ(readings.temperature_celsius.value(), 61);
  EXPECT_DOUBLE_EQ(readings.energy_joules.value(), 123456.789);
  EXPECT_EQ(readings.corrected_ecc_errors, 3);
  EXPECT_EQ(readings.uncorrected_ecc_errors, 1);
}

TEST(NvmlTest, WhatAGpuDoesNotTellIsMissing) {
  ScriptedMachine machine("gpu GPU-a 1000 A\ncelsius 50\n");
  GpuReadings readings = Open()->Read("GPU-a");
  EXPECT_FALSE(readings.lost);
  EXPECT_TRUE(readings.temperature_celsius.has_value());
  EXPECT_FALSE(readings.power_watts.has_value());
  EXPECT_FALSE(readings.compute_utilization.has_value());
  EXPECT_FALSE(readings.corrected_ecc_errors.has_value());
  EXPECT_FALSE(Open()->Read("GPU-b").memory_bytes.has_value());
}

TEST(NvmlTest, EnergyIsThatOfTheGpuWithTheUuid) {
  ScriptedMachine machine(
      "gpu GPU-a 1 A\nmillijoules 1500\ngpu GPU-b 1 B\nmillijoules 2500\n"
      "gpu GPU-c 1 C\n");
  auto nvml = Open();
  EXPECT_EQ(nvml->EnergyJoules("GPU-b"), 2.5);
  EXPECT_EQ(nvml->EnergyJoules("GPU-a"), 1.5);
  EXPECT_EQ(nvml->EnergyJoules("GPU-c"), std::nullopt);
  EXPECT_EQ(nvml->EnergyJoules("GPU-x"), std::nullopt);
}

TEST(NvmlTest, OldDriverGivesWhatItHas) {
  ScriptedMachine machine(
      "gpu GPU-a 1 A\nmig MIG-1 1 B\nmillijoules 1\ncelsius 50\nxid 13\n");
  auto nvml = Open(SCRIPTED_OLD_NVML);
  std::vector<Gpu> gpus = nvml->List().gpus;
  ASSERT_EQ(gpus.size(), 1);
  EXPECT_EQ(gpus[0].uuid, "GPU-a");
  EXPECT_EQ(nvml->EnergyJoules("MIG-1"), std::nullopt);
  EXPECT_TRUE(nvml->Read("MIG-1").temperature_celsius.has_value());
  EXPECT_THAT(nvml->TakeXids(), IsEmpty());
}

TEST(NvmlTest, GpuThatFellOffTheBusIsLost) {
  ScriptedMachine machine("gpu GPU-lost 1 A\ncelsius 50\nlost_after 5\n");
  auto nvml = Open();
  // Three calls, and the look for a mode.
  EXPECT_EQ(nvml->List().gpus.size(), 1);
  GpuReadings readings = nvml->Read("GPU-lost");
  EXPECT_TRUE(readings.lost);
  EXPECT_FALSE(readings.memory_bytes.has_value());
  EXPECT_TRUE(nvml->Read("GPU-lost").lost);
  EXPECT_FALSE(nvml->EnergyJoules("GPU-lost").has_value());
  machine.Play("gpu GPU-lost 1 A\ncelsius 50\n");
  EXPECT_FALSE(nvml->Read("GPU-lost").lost);
}

TEST(NvmlTest, EveryXidIsTakenOnce) {
  ScriptedMachine machine("gpu GPU-a 1 A\nxid 31\ngpu GPU-b 1 B\n");
  auto nvml = Open();
  // What was before the first look is history.
  EXPECT_THAT(nvml->TakeXids(), IsEmpty());
  machine.Play("gpu GPU-a 1 A\nxid 31\ngpu GPU-b 1 B\nxid 48\nxid 79\n");
  EXPECT_THAT(nvml->TakeXids(),
              ElementsAre(XidEvent{"GPU-b", 48}, XidEvent{"GPU-b", 79}));
  EXPECT_THAT(nvml->TakeXids(), IsEmpty());
}

TEST(NvmlTest, MissingLibraryIsNotFound) {
  auto nvml = Nvml::Create("libnvidia-ml-that-is-not-there.so.1");
  EXPECT_TRUE(absl::IsNotFound(nvml.status()));
  EXPECT_THAT(std::string(nvml.status().message()), HasSubstr("not-there"));
}

TEST(NvmlTest, AnotherLibraryIsRefused) {
  auto nvml = Nvml::Create("libc.so.6");
  EXPECT_TRUE(absl::IsFailedPrecondition(nvml.status()));
}

TEST(NvmlTest, DriverOfAnotherVersionSaysSo) {
  setenv("TUNESMITH_SCRIPTED_NVML_ERROR", "18", 1);
  auto nvml = Nvml::Create(SCRIPTED_NVML);
  unsetenv("TUNESMITH_SCRIPTED_NVML_ERROR");
  EXPECT_TRUE(absl::IsFailedPrecondition(nvml.status()));
  EXPECT_THAT(std::string(nvml.status().message()), HasSubstr("mismatch"));
}

}  // namespace
}  // namespace tunesmith::worker
