#include "worker/agent/devices/gpu_watch.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/devices/scripted_machine.h"
#include "worker/agent/devices/discovery.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr char kFigures[] =
    "compute 40\nmemory 7\nused_mib 2\nmilliwatts 350500\ncelsius 61\n"
    "millijoules 5000\ncorrected 3\nuncorrected 1\n";

class GpuWatchTest : public ::testing::Test {
 protected:
  void Watch(const std::string& script) {
    machine_.Play(script);
    nvml_ = OpenNvml(SCRIPTED_NVML);
    ASSERT_NE(nvml_, nullptr);
    watch_ = std::make_unique<GpuWatch>(
        *nvml_, FindGpus(*nvml_, std::nullopt), metrics_,
        [this](const std::string& uuid) { lost_.push_back(uuid); });
    watch_->Look();
  }

  // Values of a family, by "device uuid".
  std::map<std::string, double> Values(const std::string& name) const {
    std::map<std::string, double> values;
    for (const auto& family : metrics_.Collect()) {
      if (family.name != "tunesmith_worker_device_" + name) continue;
      for (const auto& metric : family.metric) {
        EXPECT_EQ(metric.label[0].name, "device");
        EXPECT_EQ(metric.label[1].name, "uuid");
        values[absl::StrCat(metric.label[0].value, " ",
                            metric.label[1].value)] =
            family.type == prometheus::MetricType::Counter
                ? metric.counter.value
                : metric.gauge.value;
      }
    }
    return values;
  }

  ScriptedMachine machine_;
  DeviceMetrics metrics_;
  std::unique_ptr<Nvml> nvml_;
  std::vector<std::string> lost_;
  std::unique_ptr<GpuWatch> watch_;
};

TEST_F(GpuWatchTest, FiguresOfEveryGpuAreMetrics) {
  Watch(absl::StrCat("gpu GPU-x 1024 A\n", kFigures, "gpu GPU-y 1024 B\n"));
  EXPECT_THAT(Values("compute_utilization_ratio"),
              ElementsAre(Pair("cuda:0 GPU-x", 0.4)));
  EXPECT_THAT(Values("memory_utilization_ratio"),
              ElementsAre(Pair("cuda:0 GPU-x", 0.07)));
  EXPECT_THAT(Values("memory_bytes"),
              ElementsAre(Pair("cuda:0 GPU-x", 1024 << 20),
                          Pair("cuda:1 GPU-y", 1024 << 20)));
  EXPECT_THAT(
      Values("memory_used_bytes"),
      ElementsAre(Pair("cuda:0 GPU-x", 2 << 20), Pair("cuda:1 GPU-y", 0)));
  EXPECT_THAT(Values("power_watts"), ElementsAre(Pair("cuda:0 GPU-x", 350.5)));
  EXPECT_THAT(Values("temperature_celsius"),
              ElementsAre(Pair("cuda:0 GPU-x", 61)));
  EXPECT_THAT(Values("energy_joules_total"),
              ElementsAre(Pair("cuda:0 GPU-x", 5)));
  EXPECT_THAT(Values("ecc_corrected_errors_total"),
              ElementsAre(Pair("cuda:0 GPU-x", 3)));
  EXPECT_THAT(Values("ecc_uncorrected_errors_total"),
              ElementsAre(Pair("cuda:0 GPU-x", 1)));
}

TEST_F(GpuWatchTest, NewestLookCounts) {
  Watch("gpu GPU-x 1024 A\ncelsius 50\n");
  machine_.Play("gpu GPU-x 1024 A\ncelsius 70\n");
  EXPECT_THAT(Values("temperature_celsius"),
              ElementsAre(Pair("cuda:0 GPU-x", 50)));
  watch_->Look();
  EXPECT_THAT(Values("temperature_celsius"),
              ElementsAre(Pair("cuda:0 GPU-x", 70)));
}

TEST_F(GpuWatchTest, LossIsToldOnceAndItsFiguresEnd) {
  Watch(absl::StrCat("gpu GPU-x 1024 A\n", kFigures, "gpu GPU-y 1024 B\n"));
  EXPECT_THAT(lost_, IsEmpty());
  machine_.Play("gpu GPU-x 1024 A\nlost_after 0\ngpu GPU-y 1024 B\n");
  watch_->Look();
  watch_->Look();
  EXPECT_THAT(lost_, ElementsAre("GPU-x"));
  EXPECT_THAT(Values("temperature_celsius"), IsEmpty());
  EXPECT_THAT(Values("memory_bytes"), SizeIs(1));
  // It was repaired, and is lost again.
  machine_.Play("gpu GPU-x 1024 A\n");
  watch_->Look();
  machine_.Play("gpu GPU-x 1024 A\nlost_after 0\n");
  watch_->Look();
  EXPECT_THAT(lost_, ElementsAre("GPU-x", "GPU-x"));
}

TEST_F(GpuWatchTest, XidsAreCounted) {
  const std::string script = "gpu GPU-x 1 A\ngpu GPU-y 1 B\n";
  Watch(script);
  EXPECT_THAT(Values("last_xid"), IsEmpty());
  machine_.Play(script + "xid 48\nxid 94\n");
  watch_->Look();
  EXPECT_THAT(Values("xid_errors_total"),
              ElementsAre(Pair("cuda:0 GPU-x", 0), Pair("cuda:1 GPU-y", 2)));
  EXPECT_THAT(Values("last_xid"), ElementsAre(Pair("cuda:1 GPU-y", 94)));
}

TEST_F(GpuWatchTest, XidOfASplitGpuCountsForItsInstances) {
  Watch("gpu GPU-x 1 A\nmig MIG-1 1 A\nmig MIG-2 1 A\n");
  machine_.Play("gpu GPU-x 1 A\nxid 48\nmig MIG-1 1 A\nmig MIG-2 1 A\n");
  watch_->Look();
  EXPECT_THAT(Values("last_xid"),
              ElementsAre(Pair("cuda:0 MIG-1", 48), Pair("cuda:1 MIG-2", 48)));
}

}  // namespace
}  // namespace tunesmith::worker
