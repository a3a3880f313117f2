#include "worker/training/torch_errors.h"

#include <functional>
#include <new>
#include <stdexcept>

#include "ATen/ops/empty.h"
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
