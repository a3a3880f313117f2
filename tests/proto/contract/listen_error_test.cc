#include "proto/contract/listen_error.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace tunesmith {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ListenErrorTest, ATakenPortIsSaidWithItsFlagAndTheWayOut) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(listen(fd, 1), 0);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  for (const char* host : {"127.0.0.1:", "localhost:"}) {
    std::string text = absl::StrCat(host, ntohs(address.sin_port));
    absl::Status status = CheckCanListen("--metrics-listen", text);
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(
        std::string(status.message()),
        AllOf(HasSubstr(text), HasSubstr("--metrics-listen"),
              HasSubstr("another program has the port"), HasSubstr("port 0")));
    EXPECT_EQ(ListenError("--metrics-listen", text), status);
  }
  close(fd);
  EXPECT_TRUE(CheckCanListen("--listen", absl::StrCat("127.0.0.1:",
                                                      ntohs(address.sin_port)))
                  .ok());
}

TEST(ListenErrorTest, APortThatIsFreeAgainIsStillAnError) {
  absl::Status status = ListenError("--listen", "127.0.0.1:0");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("--listen"));
}

}  // namespace
}  // namespace tunesmith
