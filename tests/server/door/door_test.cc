#include "server/door/door.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "server/door/message_watch.h"
#include "tunesmith/v1/worker_service.grpc.pb.h"

namespace tunesmith::server {
namespace {

using ::testing::HasSubstr;

// A frame's header (RFC 9113, 4.1) for stream 1.
std::string FrameHeader(size_t length, uint8_t type, uint8_t flags) {
  std::string header(9, '\0');
  header[0] = static_cast<char>(length >> 16);
  header[1] = static_cast<char>(length >> 8);
  header[2] = static_cast<char>(length);
  header[3] = static_cast<char>(type);
  header[4] = static_cast<char>(flags);
  header[8] = type == 4 ? 0 : 1;
  return header;
}

// A connection that speaks HTTP/2 by hand.
class RawClient {
 public:
  explicit RawClient(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(
        connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)),
        0);
    Send(
        absl::StrCat("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", FrameHeader(0, 4, 0)));
  }
  ~RawClient() { close(fd_); }

  // False once the connection has ended.
  bool Send(const std::string& bytes) {
    return send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }

  // Whether anything comes before the connection ends.
  bool HearsSomething() {
    char byte = 0;
    return read(fd_, &byte, 1) == 1;
  }

 private:
  const int fd_;
};

// A server that implements nothing, behind a door.
class DoorTest : public ::testing::Test {
 protected:
  void Serve(Door::Options options) {
    options.address = "127.0.0.1:0";
    door_ = *Door::Open(options);
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    auto acceptor = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        grpc::InsecureServerCredentials());
    std::vector<
        std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>>
        interceptors;
    interceptors.push_back(std::make_unique<MessageWatchFactory>(door_.get()));
    builder.experimental().SetInterceptorCreators(std::move(interceptors));
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    door_->LetIn(std::move(acceptor));
  }
  ~DoorTest() override {
    if (server_ != nullptr) server_->Shutdown();
  }

  bool Answers() {
    auto channel =
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", door_->port()),
                            grpc::InsecureChannelCredentials());
    return channel->WaitForConnected(std::chrono::system_clock::now() +
                                     std::chrono::seconds(20));
  }

  std::unique_ptr<Door> door_;
  v1::WorkerService::CallbackService service_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(DoorTest, WhoHasSaidNothingMakesRoom) {
  Serve({.max_visitors = 2});
  RawClient first(door_->port());
  RawClient second(door_->port());
  EXPECT_TRUE(first.HearsSomething());
  EXPECT_TRUE(second.HearsSomething());
  RawClient third(door_->port());
  EXPECT_TRUE(third.HearsSomething());
  while (first.HearsSomething()) {
  }
}

TEST_F(DoorTest, WhoHasSpokenStaysAndOthersAreTurnedAway) {
  Serve({.max_visitors = 1});
  auto channel = grpc::CreateChannel(absl::StrCat("127.0.0.1:", door_->port()),
                                     grpc::InsecureChannelCredentials());
  auto stub = v1::WorkerService::NewStub(channel);
  auto call = [&stub] {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    v1::Worker worker;
    return stub->GetWorker(&context, {}, &worker).error_code();
  };
  EXPECT_EQ(call(), grpc::StatusCode::UNIMPLEMENTED);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(RawClient(door_->port()).HearsSomething());
  }
  EXPECT_EQ(call(), grpc::StatusCode::UNIMPLEMENTED);
  channel.reset();
  stub.reset();
  // Who leaves makes room; the door learns of it a little later.
  while (!RawClient(door_->port()).HearsSomething()) {
  }
}

TEST_F(DoorTest, AHeaderThatNeverEndsDoesEnd) {
  Serve({.max_silent_bytes = 1 << 20, .look_interval = absl::Milliseconds(10)});
  RawClient client(door_->port());
  // HEADERS without END_HEADERS, then CONTINUATION for ever: a literal whose
  // name has 256 MiB.
  const std::string begin("\x00\x7f\x81\xff\xff\x7f", 6);
  ASSERT_TRUE(
      client.Send(absl::StrCat(FrameHeader(begin.size(), 1, 0), begin)));
  const std::string more =
      absl::StrCat(FrameHeader(16000, 9, 0), std::string(16000, 'x'));
  int frames = 0;
  while (client.Send(more)) ASSERT_LT(++frames, 20000);
  EXPECT_TRUE(Answers());
}

TEST_F(DoorTest, AMessageThatTakesTooLongEndsItsConnection) {
  Serve({.message_time = absl::Milliseconds(20),
         .look_interval = absl::Milliseconds(10)});
  RawClient client(door_->port());
  // More than a little of a header, and then nothing.
  const std::string begin("\x00\x7f\x81\xff\xff\x7f", 6);
  ASSERT_TRUE(
      client.Send(absl::StrCat(FrameHeader(begin.size(), 1, 0), begin)));
  const std::string more =
      absl::StrCat(FrameHeader(16000, 9, 0), std::string(16000, 'x'));
  for (int i = 0; i < 80; ++i) client.Send(more);
  while (client.HearsSomething()) {
  }
}

TEST_F(DoorTest, ATakenPortIsSaid) {
  Serve({});
  absl::Status status =
      Door::Open({.address = absl::StrCat("127.0.0.1:", door_->port())})
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("(--listen)"));
  EXPECT_EQ(Door::Open({.address = "0.0.0.0:0"}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(DoorTest, ClosesTwice) {
  Serve({});
  door_->Close();
  door_->Close();
}

}  // namespace
}  // namespace tunesmith::server
