#include "worker/trainer/channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "proto/contract/frame.h"

namespace tunesmith::worker {
namespace {

using internal::v1::AgentMessage;
using internal::v1::TrainerMessage;
using internal::v1::WorkEvent;

class ChannelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    agent_ = ends[0];
    channel_ =
        std::make_unique<AgentChannel>(ends[1], [this] { gone_.set_value(); });
  }
  void TearDown() override {
    CloseAgent();
    channel_.reset();
  }

  void CloseAgent() {
    if (agent_ >= 0) close(agent_);
    agent_ = -1;
  }
  static WorkEvent Event(int64_t sequence) {
    WorkEvent event;
    event.set_sequence(sequence);
    return event;
  }
  // The next message that is more than a sign of life.
  bool Receive(TrainerMessage& message) {
    do {
      if (!ReadFrame(agent_, message).ok()) return false;
    } while (message.kind_case() == TrainerMessage::KIND_NOT_SET);
    return true;
  }
  void SendAssignment(const std::string& uid) {
    AgentMessage message;
    message.mutable_assignment()->mutable_item()->set_uid(uid);
    ASSERT_TRUE(WriteFrame(agent_, message).ok());
  }

  int agent_ = -1;
  std::promise<void> gone_;
  std::unique_ptr<AgentChannel> channel_;
};

TEST_F(ChannelTest, AssignmentArrives) {
  SendAssignment("item-1");
  auto assignment = channel_->WaitForAssignment();
  ASSERT_TRUE(assignment.has_value());
  EXPECT_EQ(assignment->item().uid(), "item-1");
}

TEST_F(ChannelTest, EventsArriveInOrderAndAllBeforeTheEnd) {
  constexpr int kEvents = 5000;
  std::thread producer([this] {
    channel_->SendReady("cpu");
    for (int i = 1; i <= kEvents; ++i) channel_->SendEvent(Event(i));
    channel_.reset();
  });
  TrainerMessage message;
  ASSERT_TRUE(Receive(message));
  EXPECT_EQ(message.ready().device(), "cpu");
  for (int i = 1; i <= kEvents; ++i) {
    ASSERT_TRUE(Receive(message));
    ASSERT_EQ(message.event().sequence(), i);
  }
  EXPECT_FALSE(Receive(message));
  producer.join();
}

TEST_F(ChannelTest, NewestProgressArrivesAndOlderMayNot) {
  constexpr int kReports = 10000;
  std::thread producer([this] {
    for (int i = 1; i <= kReports; ++i) {
      tunesmith::v1::Progress progress;
      progress.set_step(i);
      channel_->SendProgress(progress);
    }
    channel_.reset();
  });
  int64_t newest = 0;
  TrainerMessage message;
  while (Receive(message)) {
    EXPECT_GT(message.progress().step(), newest);
    newest = message.progress().step();
  }
  EXPECT_EQ(newest, kReports);
  producer.join();
}

TEST_F(ChannelTest, SignsOfLifeComeFirstAndWhileNothingIsSaid) {
  for (int i = 0; i < 2; ++i) {
    TrainerMessage message;
    ASSERT_TRUE(ReadFrame(agent_, message).ok());
    EXPECT_EQ(message.kind_case(), TrainerMessage::KIND_NOT_SET);
  }
}

TEST_F(ChannelTest, CancelIsSeen) {
  EXPECT_EQ(channel_->stop_request(), StopRequest::kNone);
  AgentMessage cancel;
  cancel.mutable_cancel();
  ASSERT_TRUE(WriteFrame(agent_, cancel).ok());
  SendAssignment("after the cancel");
  ASSERT_TRUE(channel_->WaitForAssignment().has_value());
  EXPECT_EQ(channel_->stop_request(), StopRequest::kCancel);
}

TEST_F(ChannelTest, EndOfTheAgentIsTold) {
  CloseAgent();
  gone_.get_future().wait();
  EXPECT_FALSE(channel_->WaitForAssignment().has_value());
  // Nobody reads, and nobody waits for ever.
  for (int i = 0; i < 3000; ++i) channel_->SendEvent(Event(i));
}

TEST_F(ChannelTest, GarbageIsTheEndOfTheAgent) {
  ASSERT_EQ(write(agent_, "\xff\xff\xff\xff garbage", 12), 12);
  gone_.get_future().wait();
}

TEST_F(ChannelTest, SecondAssignmentIsTheEndOfTheAgent) {
  SendAssignment("one");
  SendAssignment("two");
  gone_.get_future().wait();
}

}  // namespace
}  // namespace tunesmith::worker
