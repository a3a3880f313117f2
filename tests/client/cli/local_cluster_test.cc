#include "client/cli/processes/local_cluster.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/client_fixture.h"

namespace tunesmith::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Says on its ready file that it serves, notes its arguments and its end, and
// waits for SIGTERM.
constexpr char kGoodProgram[] = R"(#!/bin/bash
here=$(dirname "$0"); name=$(basename "$0")
printf '%s\n' "$@" > "$here/$name.arguments"
trap 'echo terminated > "$here/$name.end"; exit 0' TERM
for argument in "$@"; do
  case $argument in
    --ready-file=*)
      echo '{"address": "127.0.0.1:4711", "metrics_port": 4712}' \
        > "${argument#--ready-file=}" ;;
  esac
done
echo $$ > "$here/$name.pid"
while :; do read -t 60 <> <(:) || true; done
)";

constexpr char kBadProgram[] = "#!/bin/bash\nexit 7\n";

class LocalClusterTest : public ::testing::Test {
 protected:
  void Install(const std::string& program, const std::string& script) {
    std::string path = scratch_.Write(program, script);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }

  absl::StatusOr<std::unique_ptr<LocalCluster>> Start(
      const std::function<void(LocalClusterOptions&)>& change =
          [](LocalClusterOptions&) {}) {
    LocalClusterOptions options;
    options.program_directory = scratch_.path();
    options.data_directory = scratch_ / "data/deep";
    options.port = 0;
    options.metrics_port = 0;
    options.model_roots = {"/models"};
    options.threads = 3;
    options.slot_memory_bytes = int64_t{1} << 30;
    change(options);
    return LocalCluster::Start(options, cancellation_);
  }

  testing::ScratchDirectory scratch_;
  client::Cancellation cancellation_;
};

TEST_F(LocalClusterTest, StartsBothWithTheirFlagsAndStopsThem) {
  Install("tunesmith-server", kGoodProgram);
  Install("tunesmith-worker", kGoodProgram);
  auto cluster = Start();
  ASSERT_TRUE(cluster.ok()) << cluster.status();
  EXPECT_EQ((*cluster)->server().address, "127.0.0.1:4711");
  EXPECT_EQ((*cluster)->worker().metrics_port, 4712);
  cancellation_.Cancel();
  EXPECT_TRUE((*cluster)->AwaitEnd().ok());
  cluster->reset();
  EXPECT_EQ(testing::Content(scratch_ / "tunesmith-server.end"),
            "terminated\n");
  EXPECT_EQ(testing::Content(scratch_ / "tunesmith-worker.end"),
            "terminated\n");
  EXPECT_TRUE(std::filesystem::is_directory(scratch_ / "data/deep"));
  EXPECT_THAT(testing::Content(scratch_ / "tunesmith-server.arguments"),
              HasSubstr(absl::StrCat(
                  "--listen=127.0.0.1:0\n--data-dir=", scratch_ / "data/deep",
                  "\n--metrics-listen=127.0.0.1:0\n")));
  EXPECT_THAT(testing::Content(scratch_ / "tunesmith-server.arguments"),
              HasSubstr("--model-root=/models\n"));
  EXPECT_THAT(
      testing::Content(scratch_ / "tunesmith-worker.arguments"),
      HasSubstr(absl::StrCat("--server=127.0.0.1:4711\n--worker-id=local\n"
                             "--artifact-root=",
                             scratch_ / "data/deep/artifacts\n")));
  EXPECT_THAT(testing::Content(scratch_ / "tunesmith-worker.arguments"),
              HasSubstr("--threads=3\n--slot-memory=1073741824\n"));
}

// Holds a port of this machine.
class TakenPort {
 public:
  TakenPort() : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(listen(fd_, 1), 0);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  ~TakenPort() { close(fd_); }

  int port() const { return port_; }

 private:
  const int fd_;
  int port_ = 0;
};

TEST_F(LocalClusterTest, ATakenPortIsNamedByItsFlagBeforeAnythingStarts) {
  TakenPort taken;
  absl::Status status = Start([&](LocalClusterOptions& options) {
                          options.port = taken.port();
                        }).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(absl::StrCat("127.0.0.1:", taken.port())),
                    HasSubstr("(--port)"), HasSubstr("another program")));
  status = Start([&](LocalClusterOptions& options) {
             options.metrics_port = taken.port();
           }).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("(--metrics-port)"));
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "data"));
}

TEST_F(LocalClusterTest, TheRetentionIsTheServersFlag) {
  Install("tunesmith-server", kGoodProgram);
  Install("tunesmith-worker", kGoodProgram);
  ASSERT_TRUE(Start([](LocalClusterOptions& options) {
                options.checkpoint_retention = "12h";
              }).ok());
  EXPECT_THAT(testing::Content(scratch_ / "tunesmith-server.arguments"),
              HasSubstr("--checkpoint-retention=12h\n"));
}

TEST_F(LocalClusterTest, ProgramThatEndsBeforeItIsReadyIsNamed) {
  Install("tunesmith-server", kGoodProgram);
  Install("tunesmith-worker", kBadProgram);
  absl::Status status = Start().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("exit code 7"));
  // The server does not stay alone.
  EXPECT_EQ(testing::Content(scratch_ / "tunesmith-server.end"),
            "terminated\n");
}

// Ready, then gone.
std::string ShortLived() {
  return absl::StrReplaceAll(kGoodProgram,
                             {{"while :; do", "kill -9 $$\nwhile :; do"}});
}

TEST_F(LocalClusterTest, EndOfTheServerIsNoticed) {
  Install("tunesmith-server", ShortLived());
  Install("tunesmith-worker", kGoodProgram);
  auto cluster = Start();
  ASSERT_TRUE(cluster.ok()) << cluster.status();
  absl::Status status = (*cluster)->AwaitEnd();
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("tunesmith-server ended by itself: signal 9"));
}

TEST_F(LocalClusterTest, AWorkerThatEndsIsStartedAgainAndAgain) {
  Install("tunesmith-server", kGoodProgram);
  Install("tunesmith-worker", ShortLived());
  std::vector<std::string> ends;
  auto cluster = Start([&](LocalClusterOptions& options) {
    options.first_restart_delay = absl::Milliseconds(1);
    options.longest_restart_delay = absl::Milliseconds(3);
    options.on_remark = [&](const std::string& line) {
      if (line.find("ended by itself") == std::string::npos) return;
      ends.push_back(line);
      if (ends.size() == 4) cancellation_.Cancel();
    };
  });
  ASSERT_TRUE(cluster.ok()) << cluster.status();
  EXPECT_TRUE((*cluster)->AwaitEnd().ok());
  EXPECT_THAT(
      ends, ElementsAre(HasSubstr("tunesmith-worker ended by itself: signal 9; "
                                  "it is started again in 1ms"),
                        HasSubstr("in 2ms"), HasSubstr("in 3ms"),
                        HasSubstr("in 3ms")));
  cluster->reset();
  // The server stayed throughout.
  EXPECT_EQ(testing::Content(scratch_ / "tunesmith-server.end"),
            "terminated\n");
}

TEST_F(LocalClusterTest, MissingProgramIsNotFound) {
  absl::Status status = Start().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("tunesmith-server"));
}

TEST_F(LocalClusterTest, InterruptionDuringTheStartEndsIt) {
  Install("tunesmith-server", "#!/bin/bash\nexec sleep 600\n");
  cancellation_.Cancel();
  EXPECT_EQ(Start().status().code(), absl::StatusCode::kCancelled);
}

TEST(ReadyFileTest, HalfAFileIsNotReady) {
  EXPECT_FALSE(ParseReadyFile("").has_value());
  EXPECT_FALSE(ParseReadyFile("{\"address\": \"127.0").has_value());
  EXPECT_FALSE(ParseReadyFile("[]").has_value());
  EXPECT_EQ(
      ParseReadyFile("{\"address\": 7, \"metrics_port\": \"x\"}")->address, "");
  EXPECT_FALSE(ReadReadyFile("/nonexistent/file").has_value());
  auto again = ParseReadyFile(
      ReadyFileJson({.address = "127.0.0.1:1", .metrics_port = 2}));
  EXPECT_EQ(again->address, "127.0.0.1:1");
  EXPECT_EQ(again->metrics_port, 2);
}

}  // namespace
}  // namespace tunesmith::cli
