#include "client/cpp/download.h"

#include "client/cpp/channel.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/error.h"
#include "tests/client/client_fixture.h"
#include "tests/client/fake_server.h"

namespace tunesmith::client {
namespace {

using testing::Content;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Writer = testing::FakeModelService::DownloadWriter;

struct File {
  std::string path;
  std::string bytes;
  // What the header says, where it is not the truth.
  std::optional<int64_t> announced_size;
  std::optional<std::string> announced_sha256;
};

class DownloadTest : public ::testing::Test {
 protected:
  void Serve(std::vector<File> files) {
    server_.models.download = [files](const auto&, Writer& writer) {
      for (const File& file : files) {
        v1::DownloadModelResponse response;
        auto& header = *response.mutable_file();
        header.set_path(file.path);
        header.set_size_bytes(file.announced_size.value_or(file.bytes.size()));
        header.set_sha256(
            file.announced_sha256.value_or(Sha256Hex(file.bytes)));
        writer.Write(response);
        for (size_t at = 0; at < file.bytes.size(); at += 7) {
          response.set_chunk(file.bytes.substr(at, 7));
          writer.Write(response);
        }
      }
      return absl::OkStatus();
    };
  }

  absl::StatusOr<DownloadedModel> Download(const std::string& directory) {
    return DownloadModel(client_, "models/a", scratch_ / directory);
  }

  testing::FakeServer server_;
  testing::FakeClock clock_;
  testing::FakePause pause_{clock_};
  Cancellation cancellation_;
  Client client_{MakeChannel(server_.address()), cancellation_, pause_};
  testing::ScratchDirectory scratch_;
};

TEST_F(DownloadTest, WritesEveryFileAndNothingElse) {
  Serve({{"config.json", "{\"a\": 1, \"b\": 2}"},
         {"sub/deep/weights", std::string(100, 'w')},
         {"empty", ""}});
  auto downloaded = Download("new/model");
  ASSERT_TRUE(downloaded.ok()) << downloaded.status();
  EXPECT_EQ(downloaded->file_count, 3);
  EXPECT_EQ(downloaded->size_bytes, 116);
  EXPECT_EQ(Content(scratch_ / "new/model/config.json"),
            "{\"a\": 1, \"b\": 2}");
  EXPECT_EQ(Content(scratch_ / "new/model/sub/deep/weights"),
            std::string(100, 'w'));
  EXPECT_TRUE(std::filesystem::exists(scratch_ / "new/model/empty"));
  EXPECT_THAT(scratch_.Names(), ElementsAre("new"));
}

TEST_F(DownloadTest, EmptyTargetIsTaken) {
  Serve({{"config.json", "{}"}});
  std::filesystem::create_directory(scratch_ / "model");
  EXPECT_TRUE(Download("model").ok());
  EXPECT_EQ(Content(scratch_ / "model/config.json"), "{}");
}

TEST_F(DownloadTest, TargetWithSomethingInItIsRefused) {
  Serve({{"config.json", "{}"}});
  std::filesystem::create_directory(scratch_ / "model");
  scratch_.Write("model/mine", "precious");
  EXPECT_EQ(Download("model").status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Content(scratch_ / "model/mine"), "precious");
  scratch_.Write("file", "precious");
  EXPECT_EQ(Download("file").status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Content(scratch_ / "file"), "precious");
}

TEST_F(DownloadTest, HostilePathsLeaveNothingBehind) {
  for (const char* path : {"", "/etc/x", "../x", "a/../../x", "a//b", "./a",
                           "a/", "..", "a\\b", "a\nb", "a/\x1b[2J"}) {
    SCOPED_TRACE(path);
    Serve({{"good", "bytes"}, {path, "evil"}});
    absl::Status status = Download("model").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_THAT(std::string(status.message()),
                ::testing::Not(HasSubstr("\x1b")));
    EXPECT_THAT(scratch_.Names(), IsEmpty());
  }
}

class LyingDownloadTest : public DownloadTest,
                          public ::testing::WithParamInterface<File> {};

TEST_P(LyingDownloadTest, IsRefused) {
  Serve({GetParam(), {"good", "bytes"}});
  absl::Status status = Download("model").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().path));
  EXPECT_THAT(scratch_.Names(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    BytesThatAreNotThoseAnnounced, LyingDownloadTest,
    ::testing::Values(
        File{"short", "bytes", /*announced_size=*/6, std::nullopt},
        File{"long", "bytes", /*announced_size=*/4, std::nullopt},
        File{"negative", "bytes", /*announced_size=*/-1, std::nullopt},
        File{"other", "bytes", std::nullopt, Sha256Hex("other")},
        File{"none", "bytes", std::nullopt, ""}),
    [](const auto& info) { return info.param.path; });

TEST_F(DownloadTest, SameFileTwiceIsRefused) {
  Serve({{"a", "1"}, {"a", "2"}});
  EXPECT_FALSE(Download("model").ok());
  EXPECT_THAT(scratch_.Names(), IsEmpty());
}

TEST_F(DownloadTest, StreamWithoutFilesIsNoModel) {
  Serve({});
  EXPECT_EQ(Download("model").status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(DownloadTest, StartsAgainWhenTheServerGoesAway) {
  int calls = 0;
  server_.models.download = [&](const auto&, Writer& writer) -> absl::Status {
    v1::DownloadModelResponse response;
    response.mutable_file()->set_path("a");
    response.mutable_file()->set_size_bytes(1);
    response.mutable_file()->set_sha256(Sha256Hex("x"));
    writer.Write(response);
    if (++calls == 1) {
      return UnavailableError(v1::ERROR_REASON_DRAINING, "stopping",
                              absl::Seconds(1));
    }
    response.set_chunk("x");
    writer.Write(response);
    return absl::OkStatus();
  };
  auto downloaded = Download("model");
  ASSERT_TRUE(downloaded.ok()) << downloaded.status();
  EXPECT_EQ(calls, 2);
  EXPECT_THAT(scratch_.Names(), UnorderedElementsAre("model"));
}

}  // namespace
}  // namespace tunesmith::client
