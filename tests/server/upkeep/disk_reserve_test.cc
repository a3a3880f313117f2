#include "server/upkeep/disk_reserve.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>

namespace tunesmith::server {
namespace {

class DiskReserveTest : public testing::Test {
 protected:
  DiskReserveTest() {
    std::string pattern = testing::TempDir() + "reserve.XXXXXX";
    base_ = mkdtemp(pattern.data());
  }
  ~DiskReserveTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(base_, ignored);
  }

  // Bytes on disk; -1 when there is no such file.
  int64_t Taken() const {
    struct stat facts;
    if (stat((base_ + "/reserve").c_str(), &facts) != 0) return -1;
    return static_cast<int64_t>(facts.st_blocks) * 512;
  }

  std::string base_;
};

TEST_F(DiskReserveTest, TakesItsRoomAndGivesItBack) {
  constexpr int64_t kBytes = 1 << 20;
  FileReserve reserve(base_ + "/reserve", kBytes);
  reserve.Release();
  reserve.Refill();
  EXPECT_GE(Taken(), kBytes);
  reserve.Release();
  EXPECT_EQ(Taken(), -1);
  reserve.Refill();
  EXPECT_GE(Taken(), kBytes);
}

TEST_F(DiskReserveTest, DoesNotTakeWhatTheDiskHasNotPlentyOf) {
  DiskSpace space = ReadDiskSpace(base_).value();
  EXPECT_GT(space.free_bytes, 0);
  EXPECT_GE(space.capacity_bytes, space.free_bytes);
  FileReserve reserve(base_ + "/reserve", space.free_bytes / 3);
  reserve.Refill();
  EXPECT_EQ(Taken(), -1);
}

TEST_F(DiskReserveTest, APlaceThatIsNotThereIsAnError) {
  EXPECT_FALSE(ReadDiskSpace(base_ + "/none").ok());
}

}  // namespace
}  // namespace tunesmith::server
