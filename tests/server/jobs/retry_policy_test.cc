#include "server/jobs/retry_policy.h"

#include <gtest/gtest.h>

#include "proto/contract/error.h"

namespace tunesmith::server {
namespace {

absl::Status Died() {
  return MakeError(absl::StatusCode::kAborted, v1::ERROR_REASON_TRAINER_DIED,
                   "signal 11");
}

TEST(RetryPolicyTest, WhatTheDataDidIsDoneAgain) {
  EXPECT_FALSE(
      CanEndOtherwise(MakeError(absl::StatusCode::kInvalidArgument,
                                v1::ERROR_REASON_MALFORMED_FILE, "line 7")));
  EXPECT_TRUE(CanEndOtherwise(Died()));
}

TEST(RetryPolicyTest, AfterALostWorkerThereIsNoPause) {
  absl::Status lost = MakeError(absl::StatusCode::kAborted,
                                v1::ERROR_REASON_WORKER_LOST, "lost");
  EXPECT_EQ(RetryDelay(lost, 3, absl::Seconds(2)), absl::ZeroDuration());
}

TEST(RetryPolicyTest, AfterACrashThePauseDoublesUpToABound) {
  EXPECT_EQ(RetryDelay(Died(), 1, absl::Seconds(2)), absl::Seconds(2));
  EXPECT_EQ(RetryDelay(Died(), 2, absl::Seconds(2)), absl::Seconds(4));
  EXPECT_EQ(RetryDelay(Died(), 3, absl::Seconds(2)), absl::Seconds(8));
  EXPECT_EQ(RetryDelay(Died(), 1000000, absl::Seconds(2)), kMaxRetryDelay);
  EXPECT_EQ(RetryDelay(Died(), 5, absl::ZeroDuration()), absl::ZeroDuration());
}

}  // namespace
}  // namespace tunesmith::server
