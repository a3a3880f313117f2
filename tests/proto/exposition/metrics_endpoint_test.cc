#include "proto/exposition/metrics_endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <list>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/counter.h"
#include "prometheus/registry.h"

namespace tunesmith {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A connection to a port of this machine.
class Client {
 public:
  explicit Client(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(
        connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)),
        0);
  }
  ~Client() { close(fd_); }

  void Send(const std::string& text) {
    // The other side may have hung up.
    (void)!send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
  }

  // All that comes until the other side hangs up.
  std::string ReadToEnd() {
    std::string text;
    char piece[4096];
    ssize_t n;
    while ((n = read(fd_, piece, sizeof(piece))) > 0) text.append(piece, n);
    return text;
  }

 private:
  const int fd_;
};

std::string Answer(int port, const std::string& request) {
  Client client(port);
  client.Send(request);
  return client.ReadToEnd();
}

constexpr char kScrape[] = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

std::unique_ptr<MetricsEndpoint> Start(MetricsEndpoint::Limits limits = {}) {
  auto endpoint = MetricsEndpoint::Start("--flag", "127.0.0.1:0", limits);
  EXPECT_TRUE(endpoint.ok()) << endpoint.status();
  return *std::move(endpoint);
}

TEST(MetricsEndpointTest, ShowsWhatItWasGivenAsLongAsItIsThere) {
  std::unique_ptr<MetricsEndpoint> endpoint = Start();
  auto registry = std::make_shared<prometheus::Registry>();
  prometheus::BuildCounter().Name("jobs").Register(*registry).Add({}).Increment(
      3);
  endpoint->Show(registry);
  EXPECT_THAT(Answer(endpoint->port(), kScrape),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"),
                    HasSubstr("version=0.0.4"), HasSubstr("\njobs 3\n")));
  registry.reset();
  EXPECT_THAT(Answer(endpoint->port(), kScrape),
              HasSubstr("Content-Length: 0\r\n"));
}

TEST(MetricsEndpointTest, SilentConnectionsKeepNobodyWaiting) {
  // Nobody is shown out for being slow here.
  std::unique_ptr<MetricsEndpoint> endpoint =
      Start({.connections = 20, .time = absl::Hours(1)});
  std::list<Client> silent;
  for (int i = 0; i < 15; ++i) silent.emplace_back(endpoint->port());
  silent.front().Send("GET /met");
  EXPECT_THAT(Answer(endpoint->port(), kScrape), StartsWith("HTTP/1.1 200"));
  // More than there is room for: the oldest go.
  for (int i = 0; i < 15; ++i) silent.emplace_back(endpoint->port());
  EXPECT_THAT(Answer(endpoint->port(), kScrape), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(silent.front().ReadToEnd(), "");
  silent.back().Send(kScrape);
  EXPECT_THAT(silent.back().ReadToEnd(), StartsWith("HTTP/1.1 200"));
}

TEST(MetricsEndpointTest, ASilentConnectionEnds) {
  std::unique_ptr<MetricsEndpoint> endpoint =
      Start({.connections = 20, .time = absl::Milliseconds(20)});
  Client client(endpoint->port());
  EXPECT_EQ(client.ReadToEnd(), "");
}

TEST(MetricsEndpointTest, OtherRequestsAreRefused) {
  std::unique_ptr<MetricsEndpoint> endpoint = Start();
  EXPECT_THAT(Answer(endpoint->port(), "GET / HTTP/1.1\r\n\r\n"),
              StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(Answer(endpoint->port(), "POST /metrics HTTP/1.1\r\n\r\n"),
              StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(
      Answer(endpoint->port(), "GET /metrics?x=" + std::string(17 << 10, 'x')),
      StartsWith("HTTP/1.1 431"));
}

TEST(MetricsEndpointTest, ATakenPortIsSaidWithItsFlag) {
  std::unique_ptr<MetricsEndpoint> endpoint = Start();
  std::string text = absl::StrCat("127.0.0.1:", endpoint->port());
  absl::Status status = MetricsEndpoint::Start("--flag", text).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(text), HasSubstr("--flag"),
                    HasSubstr("another program has the port")));
  EXPECT_EQ(MetricsEndpoint::Start("--flag", "0.0.0.0:0").status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tunesmith
