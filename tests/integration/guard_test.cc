// What no request may be, whichever method it is for.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "proto/contract/public_services.h"
#include "tests/integration/raw_call.h"
#include "tests/integration/test_server.h"

namespace tunesmith::testing {
namespace {

using google::protobuf::MethodDescriptor;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::vector<const MethodDescriptor*> EveryMethod() {
  std::vector<const MethodDescriptor*> methods;
  for (const google::protobuf::ServiceDescriptor* service : PublicServices()) {
    for (int i = 0; i < service->method_count(); ++i) {
      methods.push_back(service->method(i));
    }
  }
  return methods;
}

std::string PathOf(const MethodDescriptor& method) {
  return "/" + method.service()->full_name() + "/" + method.name();
}

class GuardTest : public ServerTest {};

TEST_F(GuardTest, NoMethodTakesAFieldThatItDoesNotKnow) {
  // Field 2000, a varint of 1.
  const std::string request("\x80\x7d\x01", 3);
  for (const MethodDescriptor* method : EveryMethod()) {
    grpc::Status status = RawStatus(channel_, PathOf(*method), request);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << method->full_name() << ": " << status.error_message();
    EXPECT_EQ(ReasonOfCall(status), "INVALID_FIELD") << method->full_name();
    EXPECT_THAT(status.error_message(), HasSubstr("has the number 2000"));
  }
}

TEST_F(GuardTest, NoMethodTakesBytesThatAreNoRequest) {
  for (const MethodDescriptor* method : EveryMethod()) {
    grpc::Status status = RawStatus(channel_, PathOf(*method), "\xff\xff\xff");
    // An upload cannot tell them from the end of its stream.
    const bool upload = method->name() == "UploadDataset";
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << method->full_name() << ": " << status.error_message();
    EXPECT_EQ(ReasonOfCall(status), "INVALID_FIELD") << method->full_name();
    EXPECT_THAT(status.error_message(), HasSubstr(upload ? "header" : "bytes"));
  }
}

TEST_F(GuardTest, TextThatIsNotUtf8IsNoRequest) {
  // GetJobRequest{name: "\xff"}.
  grpc::Status status = RawStatus(channel_, "/tunesmith.v1.JobService/GetJob",
                                  std::string("\x0a\x01\xff", 3));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(),
              HasSubstr("not a tunesmith.v1.GetJobRequest"));
}

TEST_F(GuardTest, ALongLabelNeverReachesTheQueue) {
  ScriptedWorker worker(WorkerOptions());
  ASSERT_TRUE(worker.Connect().ok());
  CreateInputs(worker);
  for (size_t bytes : {size_t{300}, size_t{3} << 20}) {
    v1::CreateJobRequest request = JobRequest("poison");
    (*request.mutable_job()->mutable_labels())["team"] =
        std::string(bytes, 'x');
    v1::CreateJobResponse response;
    grpc::Status status =
        jobs_->CreateJob(CallContext().get(), request, &response);
    EXPECT_EQ(ReasonOfCall(status),
              bytes < 1000 ? "INVALID_FIELD" : "TOO_LARGE")
        << status.error_message();
  }
  v1::ListJobsResponse page;
  ASSERT_TRUE(
      jobs_->ListJobs(CallContext().get(), v1::ListJobsRequest(), &page).ok());
  EXPECT_THAT(page.jobs(), SizeIs(0));
}

TEST_F(GuardTest, CompressedRequestsAreNotUnpacked) {
  // A label of a megabyte, in a few bytes.
  v1::CreateJobRequest request;
  (*request.mutable_job()->mutable_labels())["team"] =
      std::string(1 << 20, 'x');
  grpc::Status status =
      RawStatus(channel_, "/tunesmith.v1.JobService/CreateJob",
                request.SerializeAsString(), GRPC_COMPRESS_GZIP);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(status.error_message(), HasSubstr("gzip"));
}

TEST_F(GuardTest, ChunksOfAnUploadAreBounded) {
  std::unique_ptr<grpc::ClientContext> context = CallContext();
  v1::Dataset dataset;
  auto upload = datasets_->UploadDataset(context.get(), &dataset);
  v1::UploadDatasetRequest message;
  message.mutable_header()->set_file_name("train.csv");
  message.mutable_header()->set_size_bytes(2 << 20);
  upload->Write(message);
  message.set_chunk(std::string((1 << 20) + 1, 'x'));
  upload->Write(message);
  upload->WritesDone();
  grpc::Status status = upload->Finish();
  EXPECT_EQ(ReasonOfCall(status), "INVALID_FIELD");
  EXPECT_THAT(status.error_message(),
              HasSubstr("chunk: must be at most 1048576 bytes"));
}

class StalledUploadTest : public ServerTest {
 protected:
  StalledUploadTest() {
    StopServer();
    options_.upload_idle_timeout = absl::Milliseconds(50);
    StartServer();
  }
};

TEST_F(StalledUploadTest, AnUploadThatSendsNothingEndsAndLeavesNothing) {
  for (bool header : {false, true}) {
    std::unique_ptr<grpc::ClientContext> context = CallContext();
    v1::Dataset dataset;
    auto upload = datasets_->UploadDataset(context.get(), &dataset);
    v1::UploadDatasetRequest message;
    message.mutable_header()->set_file_name("train.csv");
    message.mutable_header()->set_size_bytes(2 << 20);
    if (header) upload->Write(message);
    // Says neither more nor that this was all.
    grpc::Status status = upload->Finish();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
    EXPECT_EQ(ReasonOfCall(status), "UPLOAD_STALLED");
    EXPECT_THAT(status.error_message(), HasSubstr("--upload-idle-timeout"));
    EXPECT_EQ(CountArtifacts(), 0);
  }
}

}  // namespace
}  // namespace tunesmith::testing
