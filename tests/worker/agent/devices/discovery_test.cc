#include "worker/agent/devices/discovery.h"

#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "spdlog/sinks/ostream_sink.h"
#include "spdlog/spdlog.h"
#include "tests/worker/devices/scripted_machine.h"

namespace tunesmith::worker {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What is logged while it lives.
class CapturedLog {
 public:
  CapturedLog() : before_(spdlog::default_logger()) {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_st>(text_)));
  }
  ~CapturedLog() { spdlog::set_default_logger(before_); }

  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> before_;
};

TEST(DiscoveryTest, CpuIsThereAlways) {
  Device cpu = HostCpu();
  EXPECT_EQ(cpu.id, "cpu");
  EXPECT_EQ(cpu.uuid, "");
  EXPECT_NE(cpu.name, "");
  EXPECT_GT(cpu.memory_bytes, 0);
}

TEST(DiscoveryTest, MachineWithoutADriverIsNothingToSpeakOf) {
  CapturedLog log;
  EXPECT_EQ(OpenNvml("libnvidia-ml-missing.so.1", "/nonexistent"), nullptr);
  EXPECT_EQ(log.text(), "");
}

TEST(DiscoveryTest, DriverWithoutItsLibraryIsToldWithTheWayOut) {
  CapturedLog log;
  EXPECT_EQ(OpenNvml("libnvidia-ml-missing.so.1", "/dev/null"), nullptr);
  EXPECT_THAT(log.text(),
              AllOf(HasSubstr("NVIDIA_DRIVER_CAPABILITIES=compute,utility"),
                    HasSubstr("libnvidia-ml-missing.so.1")));
}

TEST(DiscoveryTest, GpusAreCountedAsTheWorkerSeesThem) {
  ScriptedMachine machine(
      "gpu GPU-a 10 A\ngpu GPU-b 20 B\nmig MIG-1 5 B 1g\ngpu GPU-c 30 C\n");
  auto nvml = OpenNvml(SCRIPTED_NVML);
  ASSERT_NE(nvml, nullptr);
  EXPECT_THAT(FindGpus(*nvml, "2,1"),
              ElementsAre(Device{.id = "cuda:0",
                                 .name = "C",
                                 .memory_bytes = 30 << 20,
                                 .uuid = "GPU-c"},
                          Device{.id = "cuda:1",
                                 .name = "B 1g",
                                 .memory_bytes = 5 << 20,
                                 .uuid = "MIG-1",
                                 .parent_uuid = "GPU-b"}));
  EXPECT_EQ(FindGpus(*nvml, std::nullopt).size(), 3);
  EXPECT_THAT(FindGpus(*nvml, ""), IsEmpty());
}

TEST(DiscoveryTest, GpuThatCannotBeReadIsTold) {
  ScriptedMachine machine("gpu GPU-a 10 A\nfails 15\n");
  auto nvml = OpenNvml(SCRIPTED_NVML);
  ASSERT_NE(nvml, nullptr);
  CapturedLog log;
  EXPECT_THAT(FindGpus(*nvml, std::nullopt), IsEmpty());
  EXPECT_THAT(log.text(), HasSubstr("GPU 0: GPU is lost"));
}

}  // namespace
}  // namespace tunesmith::worker
