#include "worker/training/torch_errors.h"

#include <functional>
#include <new>
#include <stdexcept>
#include <string>

#include "ATen/ops/empty.h"
#include "c10/util/Exception.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"

namespace tunesmith::worker {
namespace {

absl::Status Thrown(const std::function<void()>& run) {
  return CatchTorchErrors([&]() -> absl::Status {
    run();
    return absl::OkStatus();
  });
}

TEST(CatchTorchErrorsTest, OutOfMemoryHasItsReason) {
  EXPECT_EQ(ReasonOf(Thrown([] { throw std::bad_alloc(); })), "OUT_OF_MEMORY");
  absl::Status status = Thrown([] { at::empty({int64_t{1} << 50}); });
  EXPECT_EQ(ReasonOf(status), "OUT_OF_MEMORY") << status;
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
}

// As libtorch_cuda throws them.
void ThrowError(const std::string& message) {
  throw c10::Error({__func__, __FILE__, __LINE__}, message);
}

void ThrowAcceleratorError(int32_t code) {
  throw c10::AcceleratorError({__func__, __FILE__, __LINE__}, code,
                              "CUDA error: something");
}

TEST(CatchTorchErrorsTest, MemoryOfAGpuThatRanOutIsKnownWhoeverNoticed) {
  EXPECT_EQ(ReasonOf(Thrown([] {
              throw c10::OutOfMemoryError({__func__, __FILE__, __LINE__},
                                          "CUDA out of memory. Tried to ...");
            })),
            "OUT_OF_MEMORY");
  EXPECT_EQ(ReasonOf(Thrown([] { ThrowAcceleratorError(2); })),
            "OUT_OF_MEMORY");
  for (const char* message :
       {"CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling "
        "`cublasCreate(handle)`",
        "CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling "
        "`cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED",
        "FIND was unable to find an engine to execute this computation",
        "CUDA error: out of memory"}) {
    absl::Status status = Thrown([&] { ThrowError(message); });
    EXPECT_EQ(ReasonOf(status), "OUT_OF_MEMORY") << message;
    EXPECT_TRUE(IsOutOfMemory(status));
    EXPECT_FALSE(IsDeviceFailure(status));
  }
}

TEST(CatchTorchErrorsTest, AGpuThatFailsIsNoDefectOfTheProgram) {
  // An illegal address, an ECC error, a device that is gone.
  for (int32_t code : {700, 214, 999}) {
    absl::Status status = Thrown([&] { ThrowAcceleratorError(code); });
    EXPECT_TRUE(IsDeviceFailure(status)) << status;
    EXPECT_TRUE(absl::IsInternal(status));
  }
  EXPECT_TRUE(IsDeviceFailure(Thrown([] {
    ThrowError("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `x`");
  })));
  EXPECT_TRUE(IsDeviceFailure(Thrown(
      [] { ThrowError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"); })));
  EXPECT_FALSE(IsDeviceFailure(Thrown([] {
    ThrowError("CUDA error: CUBLAS_STATUS_INVALID_VALUE when calling `x`");
  })));
}

TEST(CatchTorchErrorsTest, TheRestIsInternal) {
  EXPECT_EQ(ReasonOf(Thrown([] { throw std::runtime_error("x"); })),
            "INTERNAL");
  absl::Status status = Thrown([] { at::empty({2}).view({3}); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(status.message().find("#0"), absl::string_view::npos);
  EXPECT_TRUE(absl::IsInternal(Thrown([] { throw 5; })));
}

TEST(CatchTorchErrorsTest, SuccessPassesThrough) {
  EXPECT_TRUE(Thrown([] {}).ok());
}

}  // namespace
}  // namespace tunesmith::worker
