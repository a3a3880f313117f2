#include "worker/trainer/work.h"

#include <vector>

#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/error.h"

namespace tunesmith::worker {
namespace {

TEST(WorkTest, ErrorsOfTheUserAreNotRepeated) {
  for (absl::StatusCode code :
       {absl::StatusCode::kInvalidArgument, absl::StatusCode::kCancelled,
        absl::StatusCode::kDataLoss, absl::StatusCode::kDeadlineExceeded}) {
    EXPECT_FALSE(IsRetryable(absl::Status(code, "")));
  }
  EXPECT_FALSE(IsRetryable(ReasonedError(absl::StatusCode::kResourceExhausted,
                                         "OUT_OF_MEMORY", "")));
  EXPECT_FALSE(IsRetryable(
      ReasonedError(absl::StatusCode::kAborted, "NUMERICAL_FAILURE", "")));
  EXPECT_FALSE(IsRetryable(
      ReasonedError(absl::StatusCode::kInternal, "RESULT_DIFFERS", "")));
}

TEST(WorkTest, ErrorsOfTheMachineAreRepeated) {
  for (absl::StatusCode code :
       {absl::StatusCode::kInternal, absl::StatusCode::kUnavailable,
        absl::StatusCode::kResourceExhausted}) {
    EXPECT_TRUE(IsRetryable(absl::Status(code, "")));
  }
}

TEST(WorkTest, UnknownWorkIsAnOutcomeWithAReason) {
  internal::v1::TrainerAssignment assignment;
  WorkReporter reporter([](internal::v1::WorkEvent) {}, SystemClock());
  WorkContext context{.assignment = assignment,
                      .reporter = reporter,
                      .clock = SystemClock(),
                      .on_progress = [](tunesmith::v1::Progress) {},
                      .stop_request = [] { return StopRequest::kNone; },
                      .device = "cpu",
                      .threads = 1};
  internal::v1::Outcome outcome = DoWork(context);
  absl::Status status = FromRpcStatus(outcome.error());
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(ReasonOf(status), "INTERNAL");
  EXPECT_FALSE(outcome.retryable());
}

TEST(WorkReporterTest, EventsAreNumberedAndTheirTextIsUtf8) {
  std::vector<internal::v1::WorkEvent> events;
  WorkReporter reporter(
      [&](internal::v1::WorkEvent event) { events.push_back(event); },
      SystemClock());
  reporter.Log(tunesmith::v1::LogLine::INFO, "bad \xff byte");
  reporter.Log(tunesmith::v1::LogLine::INFO, std::string(10000, 'x'));
  reporter.Findings({{.code = FindingCode::kTinyClass, .message = "\xe9"}});
  ASSERT_EQ(events.size(), 3u);
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].sequence(), static_cast<int64_t>(i) + 1);
    EXPECT_GT(events[i].time().seconds(), 0);
  }
  EXPECT_EQ(events[0].log().message(), "bad \xef\xbf\xbd byte");
  EXPECT_EQ(events[1].log().message().size(), 4096u);
  EXPECT_EQ(events[2].finding().message(), "\xef\xbf\xbd");
}

}  // namespace
}  // namespace tunesmith::worker
