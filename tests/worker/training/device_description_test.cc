#include <dlfcn.h>

#include "gtest/gtest.h"
#include "worker/training/train.h"

namespace tunesmith::worker {
namespace {

TEST(DescribeDeviceTest, TellsWhatTheDriverSaysOfAGpu) {
  // The loader finds it by its name from now on.
  ASSERT_NE(dlopen(SCRIPTED_CUDA_DRIVER, RTLD_NOW), nullptr) << dlerror();
  const DeviceDescription gpu = DescribeDevice("cuda:0");
  EXPECT_EQ(gpu.device, "cuda:0");
  EXPECT_EQ(gpu.name, "Scripted GPU");
  EXPECT_EQ(gpu.memory_bytes, int64_t{80} << 30);
  EXPECT_EQ(gpu.uuid, "GPU-00112233-4455-6677-8899-aabbccddeeff");
  EXPECT_EQ(gpu.compute_capability, "9.0");
  EXPECT_EQ(gpu.driver_version, "12.8");

  const DeviceDescription unknown = DescribeDevice("cuda:1");
  EXPECT_EQ(unknown.device, "cuda:1");
  EXPECT_EQ(unknown.name, "");
}

}  // namespace
}  // namespace tunesmith::worker
