#include "worker/agent/metrics_endpoint.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "absl/strings/str_cat.h"
#include "worker/agent/process/file_descriptor.h"

namespace tunesmith::worker {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(MetricsEndpointTest, ATakenPortIsSaidWithItsFlag) {
  FileDescriptor taken(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  ASSERT_EQ(bind(taken.get(), reinterpret_cast<sockaddr*>(&address), length),
            0);
  ASSERT_EQ(listen(taken.get(), 1), 0);
  getsockname(taken.get(), reinterpret_cast<sockaddr*>(&address), &length);
  std::string text = absl::StrCat("127.0.0.1:", ntohs(address.sin_port));
  absl::Status status = MetricsEndpoint::Create(text, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(text), HasSubstr("--metrics-address"),
                    HasSubstr("another program has the port")));
}

}  // namespace
}  // namespace tunesmith::worker
