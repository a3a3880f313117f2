#include "worker/kernels/transfer.h"

#include "ATen/ops/arange.h"
#include "ATen/ops/empty.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

TEST(UploadTest, BringsTensorsToTheDevice) {
  EXPECT_TRUE(Upload(at::kMeta)(at::arange(6)).is_meta());
  at::Tensor host = at::arange(6);
  EXPECT_TRUE(Upload(at::kCPU)(host).equal(host));
}

TEST(ReadbackTest, GivesWhatTheTensorHolds) {
  at::Tensor columns = at::arange(6, at::kFloat).view({2, 3}).t();
  Readback reading(columns);
  EXPECT_TRUE(reading.ready());
  EXPECT_TRUE(reading.Get().is_contiguous());
  EXPECT_TRUE(reading.Get().equal(columns));
}

TEST(ReadbackTest, ThereIsNothingToReadOfExtentsAlone) {
  EXPECT_ANY_THROW(Readback(at::empty({3}, at::TensorOptions(at::kMeta))));
}

TEST(HostMemoryTest, IsPinnedForAGpuAlone) {
  EXPECT_FALSE(HostMemoryOf(at::kCPU).pinned_memory());
  EXPECT_TRUE(HostMemoryOf(at::Device(at::kCUDA, 0)).pinned_memory());
}

}  // namespace
}  // namespace tunesmith::worker
