#include "client/cpp/watch.h"

#include "client/cpp/channel.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/error.h"
#include "tests/client/client_fixture.h"
#include "tests/client/fake_server.h"

namespace tunesmith::client {
namespace {

using ::testing::ElementsAre;
using testing::FakeJobService;

class WatchTest : public ::testing::Test {
 protected:
  static void Write(FakeJobService::WatchWriter& writer, int64_t sequence) {
    v1::WatchJobResponse response;
    response.mutable_event()->set_sequence(sequence);
    writer.Write(response);
  }

  absl::Status Watch(int64_t after_sequence = 0) {
    WatchOptions options;
    options.after_sequence = after_sequence;
    options.on_response = [this](const v1::WatchJobResponse& response) {
      if (response.has_event()) {
        sequences_.push_back(response.event().sequence());
      } else {
        ++progress_count_;
      }
    };
    options.on_interruption = [this](const absl::Status&) { ++interruptions_; };
    return WatchJob(client_, "jobs/a", options);
  }

  testing::FakeServer server_;
  testing::FakeClock clock_;
  testing::FakePause pause_{clock_};
  Cancellation cancellation_;
  Client client_{MakeChannel(server_.address()), cancellation_, pause_};
  std::vector<int64_t> sequences_;
  int progress_count_ = 0;
  int interruptions_ = 0;
};

absl::Status Draining() {
  return UnavailableError(v1::ERROR_REASON_DRAINING, "stopping",
                          absl::Seconds(1));
}

TEST_F(WatchTest, GoesOnAfterTheLastEventWhenTheServerRestarts) {
  std::vector<int64_t> cursors;
  server_.jobs.watch = [&](auto&, const v1::WatchJobRequest& request,
                           auto& writer) {
    cursors.push_back(request.after_sequence());
    Write(writer, request.after_sequence() + 1);
    v1::WatchJobResponse progress;
    progress.mutable_progress()->set_step(1);
    writer.Write(progress);
    Write(writer, request.after_sequence() + 2);
    return cursors.size() < 3 ? Draining() : absl::OkStatus();
  };
  EXPECT_TRUE(Watch().ok());
  EXPECT_THAT(cursors, ElementsAre(0, 2, 4));
  EXPECT_THAT(sequences_, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(progress_count_, 3);
  EXPECT_EQ(interruptions_, 2);
}

TEST_F(WatchTest, RepeatedEventIsShownOnce) {
  server_.jobs.watch = [&](auto&, const auto&, auto& writer) {
    Write(writer, 6);
    Write(writer, 6);
    Write(writer, 7);
    return absl::OkStatus();
  };
  EXPECT_TRUE(Watch(/*after_sequence=*/5).ok());
  EXPECT_THAT(sequences_, ElementsAre(6, 7));
}

TEST_F(WatchTest, GapIsAnError) {
  server_.jobs.watch = [&](auto&, const auto&, auto& writer) {
    Write(writer, 1);
    Write(writer, 3);
    return absl::OkStatus();
  };
  EXPECT_EQ(Watch().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(sequences_, ElementsAre(1));
}

TEST_F(WatchTest, ServerThatIsLostForGoodIsGivenUpOn) {
  int calls = 0;
  server_.jobs.watch = [&](auto&, const auto&, auto& writer) {
    if (++calls == 1) Write(writer, 1);
    return Draining();
  };
  EXPECT_EQ(Watch().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(calls, ClientOptions().resume.max_attempts);
}

TEST_F(WatchTest, ServerThatWasNeverThereIsGivenUpOnSooner) {
  int calls = 0;
  server_.jobs.watch = [&](auto&, const auto&, auto&) {
    ++calls;
    return Draining();
  };
  EXPECT_EQ(Watch().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(calls, RetryPolicy().max_attempts);
}

TEST_F(WatchTest, CancellationEndsAnOpenStream) {
  server_.jobs.watch = [&](grpc::ServerContext& context, const auto&,
                           auto& writer) {
    Write(writer, 1);
    // Holds the stream open until the client goes away.
    v1::WatchJobResponse progress;
    progress.mutable_progress();
    while (!context.IsCancelled() && writer.Write(progress)) {
    }
    return absl::OkStatus();
  };
  WatchOptions options;
  options.on_response = [this](const auto&) { cancellation_.Cancel(); };
  EXPECT_EQ(WatchJob(client_, "jobs/a", options).code(),
            absl::StatusCode::kCancelled);
}

TEST_F(WatchTest, OtherErrorsEndTheWatch) {
  server_.jobs.watch = [&](auto&, const auto&, auto&) {
    return ResourceNotFoundError("job", "jobs/a");
  };
  EXPECT_EQ(Watch().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(interruptions_, 0);
}

}  // namespace
}  // namespace tunesmith::client
