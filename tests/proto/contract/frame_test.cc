#include "proto/contract/frame.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <thread>

#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace tunesmith {
namespace {

class FrameTest : public ::testing::Test {
 protected:
  FrameTest() {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0);
  }
  ~FrameTest() override {
    ClosePeer();
    close(ends_[0]);
  }

  void ClosePeer() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }

  void WriteRaw(std::string_view bytes) {
    ASSERT_EQ(write(ends_[1], bytes.data(), bytes.size()),
              static_cast<ssize_t>(bytes.size()));
  }

  absl::StatusCode Read() { return ReadFrame(ends_[0], message_).code(); }

  // [0] is ours, [1] the peer's.
  std::array<int, 2> ends_ = {-1, -1};
  google::rpc::Status message_;
};

TEST_F(FrameTest, MessagesArriveInOrder) {
  google::rpc::Status sent;
  for (int code : {3, 4}) {
    sent.set_code(code);
    ASSERT_TRUE(WriteFrame(ends_[1], sent).ok());
  }
  for (int code : {3, 4}) {
    ASSERT_TRUE(ReadFrame(ends_[0], message_).ok());
    EXPECT_EQ(message_.code(), code);
  }
}

TEST_F(FrameTest, EmptyMessageIsAFrame) {
  ASSERT_TRUE(WriteFrame(ends_[1], google::rpc::Status()).ok());
  EXPECT_EQ(Read(), absl::StatusCode::kOk);
}

TEST_F(FrameTest, MessageLargerThanTheSocketBufferArrives) {
  google::rpc::Status sent;
  sent.set_message(std::string(5 << 20, 'x'));
  std::thread writer([&] { EXPECT_TRUE(WriteFrame(ends_[1], sent).ok()); });
  EXPECT_EQ(Read(), absl::StatusCode::kOk);
  writer.join();
  EXPECT_EQ(message_.message().size(), sent.message().size());
}

TEST_F(FrameTest, LengthIsLittleEndian) {
  google::rpc::Status sent;
  sent.set_message(std::string(300, 'x'));
  ASSERT_TRUE(WriteFrame(ends_[1], sent).ok());
  std::array<unsigned char, 4> header;
  ASSERT_EQ(read(ends_[0], header.data(), 4), 4);
  EXPECT_EQ(header[0] + 256 * header[1], static_cast<int>(sent.ByteSizeLong()));
}

TEST_F(FrameTest, CloseBetweenFramesIsTheEnd) {
  ClosePeer();
  EXPECT_EQ(Read(), absl::StatusCode::kOutOfRange);
}

TEST_F(FrameTest, CloseInsideTheLengthIsDataLoss) {
  WriteRaw(std::string_view("\x05\0", 2));
  ClosePeer();
  EXPECT_EQ(Read(), absl::StatusCode::kDataLoss);
}

TEST_F(FrameTest, CloseInsideTheMessageIsDataLoss) {
  WriteRaw(std::string_view("\x05\0\0\0ab", 6));
  ClosePeer();
  EXPECT_EQ(Read(), absl::StatusCode::kDataLoss);
}

TEST_F(FrameTest, HostileLengthIsRefusedWithoutReadingOn) {
  WriteRaw("\xff\xff\xff\xff");
  EXPECT_EQ(Read(), absl::StatusCode::kDataLoss);
  // One more than the largest.
  WriteRaw(std::string_view("\x01\0\0\x04", 4));
  EXPECT_EQ(Read(), absl::StatusCode::kDataLoss);
}

TEST_F(FrameTest, BytesThatAreNoMessageAreDataLoss) {
  WriteRaw(std::string_view("\x02\0\0\0\xff\xff", 6));
  EXPECT_EQ(Read(), absl::StatusCode::kDataLoss);
}

TEST_F(FrameTest, WriteToClosedPeerIsUnavailableAndNoSignal) {
  ClosePeer();
  EXPECT_EQ(WriteFrame(ends_[0], message_).code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(FrameTest, TooLongMessageIsNotSent) {
  google::rpc::Status sent;
  sent.set_message(std::string(kMaxFrameBytes, 'x'));
  EXPECT_EQ(WriteFrame(ends_[1], sent).code(),
            absl::StatusCode::kInvalidArgument);
  ClosePeer();
  EXPECT_EQ(Read(), absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace tunesmith
