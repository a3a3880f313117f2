#include "worker/devices/host_cpu.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

TEST(HostCpuTest, NameIsThatOfTheFirstProcessor) {
  std::string root = ::testing::TempDir() + "cpu-XXXXXX";
  mkdtemp(root.data());
  EXPECT_EQ(HostCpuName(root), "cpu");
  std::filesystem::create_directories(root + "/proc");
  std::ofstream(root + "/proc/cpuinfo")
      << "processor\t: 0\nmodel name\t: AMD EPYC 9R14 \nmodel name\t: other\n";
  EXPECT_EQ(HostCpuName(root), "AMD EPYC 9R14");
  std::filesystem::remove_all(root);
  EXPECT_GT(PhysicalMemoryBytes(), 0);
}

}  // namespace
}  // namespace tunesmith::worker
