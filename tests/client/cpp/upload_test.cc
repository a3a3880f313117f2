#include "client/cpp/upload.h"

#include <map>
#include <string>

#include "client/cpp/channel.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "tests/client/client_fixture.h"
#include "tests/client/fake_server.h"

namespace tunesmith::client {
namespace {

using testing::FakeDatasetService;
using ::testing::HasSubstr;

class UploadTest : public ::testing::Test {
 protected:
  testing::FakeServer server_;
  testing::FakeClock clock_;
  testing::FakePause pause_{clock_};
  Cancellation cancellation_;
  Client client_{MakeChannel(server_.address()), cancellation_, pause_};
  testing::ScratchDirectory scratch_;
};

TEST_F(UploadTest, SendsHeaderThenTheWholeFileInSmallChunks) {
  const std::string content(2'500'000, 'x');
  v1::UploadDatasetRequest::Header header;
  std::string received;
  size_t largest_chunk = 0;
  server_.datasets.upload = [&](FakeDatasetService::UploadReader& reader,
                                v1::Dataset& dataset) {
    v1::UploadDatasetRequest request;
    while (reader.Read(&request)) {
      if (request.has_header()) header = request.header();
      received += request.chunk();
      largest_chunk = std::max(largest_chunk, request.chunk().size());
    }
    dataset.set_name("datasets/new");
    return absl::OkStatus();
  };
  int64_t shown = 0;
  UploadOptions options;
  options.dataset_id = "new";
  options.on_progress = [&](int64_t sent, int64_t) { shown = sent; };
  auto dataset =
      UploadDataset(client_, scratch_.Write("a.csv", content), options);
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ(dataset->name(), "datasets/new");
  EXPECT_EQ(header.file_name(), "a.csv");
  EXPECT_EQ(header.dataset_id(), "new");
  EXPECT_EQ(header.size_bytes(), 2'500'000);
  EXPECT_EQ(header.sha256(), Sha256Hex(content));
  EXPECT_TRUE(received == content);
  EXPECT_LE(largest_chunk, 1u << 20);
  EXPECT_EQ(shown, 2'500'000);
}

TEST_F(UploadTest, ServerThatCutsTheUploadIsQuotedAndNotAskedAgain) {
  int calls = 0;
  server_.datasets.upload = [&](FakeDatasetService::UploadReader& reader,
                                v1::Dataset&) {
    ++calls;
    v1::UploadDatasetRequest request;
    reader.Read(&request);
    reader.Read(&request);
    return MakeError(absl::StatusCode::kResourceExhausted,
                     v1::ERROR_REASON_DISK_FULL, "the disk is full");
  };
  absl::Status status =
      UploadDataset(client_,
                    scratch_.Write("a.csv", std::string(20'000'000, 'x')))
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_EQ(ReasonOf(status), "DISK_FULL");
  EXPECT_EQ(calls, 1);
}

TEST_F(UploadTest, FileThatShrinksDuringTheUploadIsNotSent) {
  const std::string path = scratch_.Write("a.csv", std::string(3'000'000, 'x'));
  bool ended_well = true;
  server_.datasets.upload = [&](FakeDatasetService::UploadReader& reader,
                                v1::Dataset&) {
    v1::UploadDatasetRequest request;
    int64_t bytes = 0;
    while (reader.Read(&request)) bytes += request.chunk().size();
    ended_well = bytes == 3'000'000;
    return absl::OkStatus();
  };
  UploadOptions options;
  options.on_progress = [&](int64_t, int64_t) {
    std::filesystem::resize_file(path, 1'500'000);
  };
  absl::Status status = UploadDataset(client_, path, options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(path));
}

TEST_F(UploadTest, UnusableFilesAreRefusedBeforeAnyCall) {
  EXPECT_EQ(UploadDataset(client_, scratch_ / "none.csv").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(UploadDataset(client_, scratch_.path()).status().code(),
            absl::StatusCode::kInvalidArgument);
  absl::Status empty =
      UploadDataset(client_, scratch_.Write("empty.csv", "")).status();
  EXPECT_EQ(empty.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(empty.message()), HasSubstr("empty.csv"));
}

// A server that keeps what is uploaded.
class UploadOnceTest : public UploadTest {
 protected:
  UploadOnceTest() {
    server_.datasets.get = [this](const v1::GetDatasetRequest& request,
                                  v1::Dataset& dataset) {
      auto found = kept_.find(request.name());
      if (found == kept_.end()) return absl::NotFoundError("unknown");
      dataset = found->second;
      return absl::OkStatus();
    };
    server_.datasets.upload = [this](FakeDatasetService::UploadReader& reader,
                                     v1::Dataset& dataset) {
      v1::UploadDatasetRequest request;
      reader.Read(&request);
      const v1::UploadDatasetRequest::Header header = request.header();
      while (reader.Read(&request)) {
      }
      ++uploads_;
      if (taken_meanwhile_) {
        Keep(header.dataset_id(), header.sha256());
        return absl::AlreadyExistsError("taken");
      }
      dataset =
          Keep(header.dataset_id().empty() ? "made-up" : header.dataset_id(),
               header.sha256());
      return absl::OkStatus();
    };
  }

  const v1::Dataset& Keep(const std::string& id, const std::string& digest) {
    v1::Dataset& dataset = kept_["datasets/" + id];
    dataset.set_name("datasets/" + id);
    dataset.set_digest(digest);
    return dataset;
  }

  SharedDataset UploadOk(const std::string& path) {
    auto shared = UploadOnce(client_, path);
    EXPECT_TRUE(shared.ok()) << shared.status();
    return shared.ok() ? *shared : SharedDataset();
  }

  std::map<std::string, v1::Dataset> kept_;
  int uploads_ = 0;
  bool taken_meanwhile_ = false;
};

TEST_F(UploadOnceTest, SameBytesUnderTheSameNameAreSentOnce) {
  const std::string path = scratch_.Write("a.csv", "text,label\n");
  SharedDataset first = UploadOk(path);
  SharedDataset second = UploadOk(path);
  EXPECT_TRUE(first.uploaded);
  EXPECT_FALSE(second.uploaded);
  EXPECT_EQ(first.dataset.name(), second.dataset.name());
  EXPECT_EQ(uploads_, 1);
  EXPECT_NE(UploadOk(scratch_.Write("a.csv", "other\n")).dataset.name(),
            first.dataset.name());
  // Another ending is another format.
  EXPECT_TRUE(UploadOk(scratch_.Write("a.tsv", "text,label\n")).uploaded);
}

TEST_F(UploadOnceTest, DatasetOfThatIdThatFailedIsReplaced) {
  const std::string path = scratch_.Write("a.csv", "text,label\n");
  const std::string name = UploadOk(path).dataset.name();
  kept_[name].set_state(v1::Dataset::FAILED);
  SharedDataset again = UploadOk(path);
  EXPECT_TRUE(again.uploaded);
  EXPECT_EQ(again.dataset.name(), name);
}

TEST_F(UploadOnceTest, DatasetOfThatIdWithOtherBytesIsLeftAlone) {
  const std::string path = scratch_.Write("a.csv", "text,label\n");
  const std::string name = UploadOk(path).dataset.name();
  kept_[name].set_digest(Sha256Hex("not these"));
  EXPECT_EQ(UploadOk(path).dataset.name(), "datasets/made-up");
}

TEST_F(UploadOnceTest, OtherUploadThatWasFasterIsUsed) {
  taken_meanwhile_ = true;
  SharedDataset shared = UploadOk(scratch_.Write("a.csv", "text,label\n"));
  EXPECT_FALSE(shared.uploaded);
  EXPECT_EQ(uploads_, 1);
}

TEST(ContentIdTest, AFileThatIsReadOtherwiseIsAnotherDataset) {
  const std::string digest = Sha256Hex("");
  v1::DatasetFormat format;
  EXPECT_EQ(ContentId("a.csv", digest, format), ContentId("a.csv", digest));
  format.set_delimiter(";");
  EXPECT_NE(ContentId("a.csv", digest, format), ContentId("a.csv", digest));
  EXPECT_EQ(ContentId("a.csv", digest, format),
            ContentId("a.csv", digest, format));
}

TEST(ContentIdTest, IsAResourceIdWhateverTheFileIsCalled) {
  const std::string digest = Sha256Hex("");
  EXPECT_EQ(ContentId("My data.CSV", digest), "my-data.csv-e3b0c44298fc");
  for (const std::string& name :
       {std::string("_x"), std::string("\xc3\xa9t\xc3\xa9.csv"),
        std::string(200, 'a'), std::string()}) {
    EXPECT_TRUE(IsResourceId(ContentId(name, digest))) << name;
  }
}

}  // namespace
}  // namespace tunesmith::client
