// What the agent reads of the memory of the machine and its processes.
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include "gtest/gtest.h"
#include "worker/agent/process/host_memory.h"
#include "worker/agent/process/oom_kills.h"
#include "worker/agent/process/process_memory.h"

namespace tunesmith::worker {
namespace {

// Stands for the machine's /proc and /sys.
class FakeRoot {
 public:
  FakeRoot() {
    path_ = ::testing::TempDir() + "root-XXXXXX";
    mkdtemp(path_.data());
  }
  ~FakeRoot() { std::filesystem::remove_all(path_); }

  void Write(const std::string& file, const std::string& text) {
    std::filesystem::path full = path_ + file;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full) << text;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

constexpr char kMachine[] = "MemTotal:       1000 kB\nMemFree: 10 kB\n";

TEST(OomKillsTest, GroupAndMachineAreAddedUp) {
  FakeRoot root;
  EXPECT_EQ(CountOomKills(root.path()), 0);
  root.Write("/proc/vmstat", "pgfault 9\noom_kill 3\n");
  root.Write("/proc/self/cgroup", "1:x:/y\n0::/a/b\n");
  root.Write("/sys/fs/cgroup/a/b/memory.events", "low 0\noom 7\noom_kill 2\n");
  EXPECT_EQ(CountOomKills(root.path()), 5);
}

TEST(HostMemoryTest, WithoutALimitItIsTheMachines) {
  FakeRoot root;
  EXPECT_EQ(HostMemoryBytes(root.path()), 0);
  root.Write("/proc/meminfo", kMachine);
  EXPECT_EQ(HostMemoryBytes(root.path()), 1000 << 10);
  root.Write("/proc/self/cgroup", "0::/a\n");
  root.Write("/sys/fs/cgroup/a/memory.max", "max\n");
  EXPECT_EQ(HostMemoryBytes(root.path()), 1000 << 10);
}

TEST(HostMemoryTest, TheLowestLimitOfTheGroupAndThoseAboveItCounts) {
  FakeRoot root;
  root.Write("/proc/meminfo", kMachine);
  root.Write("/proc/self/cgroup", "0::/a/b\n");
  root.Write("/sys/fs/cgroup/a/b/memory.max", "max\n");
  root.Write("/sys/fs/cgroup/a/memory.max", "4096\n");
  root.Write("/sys/fs/cgroup/memory.max", "8192\n");
  EXPECT_EQ(HostMemoryBytes(root.path()), 4096);
}

TEST(HostMemoryTest, VersionOneHasAHierarchyOfItsOwn) {
  FakeRoot root;
  root.Write("/proc/meminfo", kMachine);
  root.Write("/proc/self/cgroup", "9:cpu,memory:/a\n1:name=x:/b\n0::/c\n");
  root.Write("/sys/fs/cgroup/memory/memory.limit_in_bytes",
             "9223372036854771712\n");
  root.Write("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "12288\n");
  EXPECT_EQ(HostMemoryBytes(root.path()), 12288);
}

TEST(HostMemoryTest, AContainersMountIsItsOwnGroup) {
  FakeRoot root;
  root.Write("/proc/meminfo", kMachine);
  root.Write("/proc/self/cgroup", "4:memory:/docker/0123\n");
  root.Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "4096\n");
  EXPECT_EQ(HostMemoryBytes(root.path()), 4096);
}

TEST(HeldMemoryTest, PagesOfMappedFilesDoNotCount) {
  EXPECT_EQ(ParseHeldMemory("Name:\ttunesmith-traine\n"
                            "VmRSS:\t     999 kB\n"
                            "RssAnon:\t     148 kB\n"
                            "RssFile:\t    1940 kB\n"
                            "RssShmem:\t       2 kB\n"
                            "VmSwap:\t      10 kB\n"
                            "Threads:\t1\n"),
            160 << 10);
}

TEST(HeldMemoryTest, WhatIsNotSaidIsNotGuessed) {
  EXPECT_FALSE(ParseHeldMemory("").has_value());
  EXPECT_FALSE(ParseHeldMemory("Name:\tx\nVmRSS:\t 9 kB\n").has_value());
  EXPECT_FALSE(ParseHeldMemory("\nRssAnon:\t\nRssShmem:\t0 kB\nVmSwap:\t0 kB\n")
                   .has_value());
  EXPECT_FALSE(ReadHeldMemory(std::numeric_limits<pid_t>::max()).has_value());
}

TEST(HeldMemoryTest, ThisProcessHoldsWhatItHasWritten) {
  constexpr size_t kBytes = 32 << 20;
  int64_t before = ReadHeldMemory(getpid()).value_or(0);
  std::string block(kBytes, 'x');
  int64_t after = ReadHeldMemory(getpid()).value_or(0);
  EXPECT_GT(before, 0);
  // The kernel's count of each processor may lag behind.
  EXPECT_GT(after - before, static_cast<int64_t>(block.size()) / 2);
}

}  // namespace
}  // namespace tunesmith::worker
