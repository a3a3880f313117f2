// Changes that come twice, and who made them.
#include <atomic>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "proto/contract/rpc/grpc_status.h"
#include "tests/integration/test_server.h"
#include "tunesmith/v1/audit_service.grpc.pb.h"

namespace tunesmith::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class ChangesTest : public ServerTest {
 protected:
  ChangesTest() : worker_(WorkerOptions()) {
    EXPECT_TRUE(worker_.Connect().ok());
    CreateInputs(worker_);
  }

  v1::ListAuditRecordsResponse Audit(
      const v1::ListAuditRecordsRequest& request) {
    v1::ListAuditRecordsResponse response;
    grpc::Status status = v1::AuditService::NewStub(channel_)->ListAuditRecords(
        CallContext().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  std::vector<std::string> MethodsOn(const std::string& resource) {
    v1::ListAuditRecordsRequest request;
    request.set_resource(resource);
    const v1::ListAuditRecordsResponse response = Audit(request);
    std::vector<std::string> methods;
    for (const v1::AuditRecord& record : response.records()) {
      methods.push_back(record.method());
    }
    return methods;
  }

  ScriptedWorker worker_;
};

TEST_F(ChangesTest, ClientsThatRaceWithOneIdGetOneJob) {
  constexpr int kClients = 16;
  v1::CreateJobRequest request = JobRequest("");
  request.set_request_id("one");
  std::atomic<bool> go = false;
  std::vector<std::string> names(kClients);
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&, i] {
      auto stub = v1::JobService::NewStub(grpc::CreateCustomChannel(
          server_->address(), grpc::InsecureChannelCredentials(), [&] {
            grpc::ChannelArguments own;
            own.SetInt("client", i);
            return own;
          }()));
      while (!go) std::this_thread::yield();
      v1::CreateJobResponse response;
      grpc::Status status =
          stub->CreateJob(CallContext().get(), request, &response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      names[i] = response.job().name();
    });
  }
  go = true;
  for (std::thread& client : clients) client.join();
  EXPECT_THAT(names, Each(names[0]));
  v1::ListJobsResponse jobs;
  ASSERT_TRUE(jobs_->ListJobs(CallContext().get(), {}, &jobs).ok());
  EXPECT_EQ(jobs.jobs_size(), 1);
  EXPECT_THAT(MethodsOn(names[0]), ElementsAre("CreateJob"));
}

TEST_F(ChangesTest, ARepeatedImportGetsTheModelThatIsThere) {
  v1::ImportModelRequest request;
  request.set_model_id("twice");
  request.set_uri(absl::StrCat("file://", data_root(), "/model"));
  request.set_request_id("import");
  v1::Model first;
  ASSERT_TRUE(models_->ImportModel(CallContext().get(), request, &first).ok());
  worker_.AwaitAnswered("models/twice");
  int artifacts = CountArtifacts();
  v1::Model second;
  grpc::Status status =
      models_->ImportModel(CallContext().get(), request, &second);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(second.uid(), first.uid());
  EXPECT_EQ(second.state(), v1::Model::READY);
  EXPECT_NE(second.etag(), first.etag());
  EXPECT_EQ(CountArtifacts(), artifacts);
  request.set_model_id("other");
  status = models_->ImportModel(CallContext().get(), request, &second);
  EXPECT_EQ(ReasonOfCall(status), "REQUEST_ID_REUSED");
}

TEST_F(ChangesTest, ImportsThatRaceWithOneIdLeaveOneModelAndItsFiles) {
  v1::CreateDatasetRequest request;
  request.set_uri(absl::StrCat("file://", data_root(), "/train.csv"));
  request.set_request_id("race");
  int before = CountArtifacts();
  std::vector<std::string> names(8);
  std::vector<std::thread> clients;
  for (std::string& name : names) {
    clients.emplace_back([&] {
      v1::Dataset dataset;
      grpc::Status status =
          datasets_->CreateDataset(CallContext().get(), request, &dataset);
      EXPECT_TRUE(status.ok()) << status.error_message();
      name = dataset.name();
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_THAT(names, Each(names[0]));
  EXPECT_EQ(CountArtifacts(), before + 1);
}

TEST_F(ChangesTest, ARepeatedUploadIsAnsweredByItsHeader) {
  std::string content = "text,label\nhello,good\n";
  auto upload = [&](const std::string& chunk, v1::Dataset* dataset) {
    auto context = CallContext();
    auto stream = datasets_->UploadDataset(context.get(), dataset);
    v1::UploadDatasetRequest request;
    request.mutable_header()->set_dataset_id("up");
    request.mutable_header()->set_file_name("up.csv");
    request.mutable_header()->set_size_bytes(content.size());
    request.mutable_header()->set_request_id("upload");
    stream->Write(request);
    if (!chunk.empty()) {
      request.set_chunk(chunk);
      stream->Write(request);
    }
    stream->WritesDone();
    return stream->Finish();
  };
  v1::Dataset first;
  ASSERT_TRUE(upload(content, &first).ok());
  v1::Dataset second;
  grpc::Status status = upload("", &second);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(second.uid(), first.uid());
  EXPECT_THAT(MethodsOn("datasets/up"), ElementsAre("UploadDataset"));
}

TEST_F(ChangesTest, DeletionsTakeEtagsAndCanBeRepeated) {
  v1::DeleteDatasetRequest request;
  request.set_name("datasets/d");
  request.set_etag("old");
  google::protobuf::Empty empty;
  EXPECT_EQ(ReasonOfCall(
                datasets_->DeleteDataset(CallContext().get(), request, &empty)),
            "STALE_ETAG");
  v1::GetDatasetRequest get;
  get.set_name("datasets/d");
  v1::Dataset dataset;
  ASSERT_TRUE(datasets_->GetDataset(CallContext().get(), get, &dataset).ok());
  request.set_etag(dataset.etag());
  request.set_request_id("delete");
  for (int time = 0; time < 2; ++time) {
    grpc::Status status =
        datasets_->DeleteDataset(CallContext().get(), request, &empty);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
}

TEST_F(ChangesTest, RecordsComeNewestFirstInPagesAndOutliveARestart) {
  for (const char* id : {"a", "b", "c"}) CreateJob(id);
  ASSERT_TRUE(Cancel("jobs/b").ok());
  EXPECT_EQ(ReasonOfCall(Cancel("jobs/none")), "RESOURCE_NOT_FOUND");
  StopServer();
  worker_.Disconnect();
  StartServer();
  v1::ListAuditRecordsRequest request;
  request.set_page_size(2);
  v1::ListAuditRecordsResponse page = Audit(request);
  ASSERT_THAT(page.records(), SizeIs(2));
  EXPECT_EQ(page.records(0).method(), "CancelJob");
  EXPECT_EQ(page.records(0).resource(), "jobs/b");
  EXPECT_NE(page.records(0).peer(), "");
  EXPECT_EQ(page.records(1).resource(), "jobs/c");
  request.set_page_token(page.next_page_token());
  page = Audit(request);
  ASSERT_THAT(page.records(), SizeIs(2));
  EXPECT_EQ(page.records(0).resource(), "jobs/b");
  EXPECT_EQ(page.records(0).method(), "CreateJob");
  EXPECT_EQ(page.records(1).resource(), "jobs/a");
  EXPECT_THAT(MethodsOn("jobs/b"), ElementsAre("CancelJob", "CreateJob"));
  EXPECT_THAT(MethodsOn("models/m"), ElementsAre("ImportModel"));
}

TEST_F(ChangesTest, PruningIsWrittenDownAndAskingWhatItWouldDoIsNot) {
  v1::PruneStorageRequest request;
  request.set_validate_only(true);
  v1::PruneStorageResponse response;
  ASSERT_TRUE(
      storage_->PruneStorage(CallContext().get(), request, &response).ok());
  EXPECT_THAT(MethodsOn("storage"), SizeIs(0));
  request.set_validate_only(false);
  ASSERT_TRUE(
      storage_->PruneStorage(CallContext().get(), request, &response).ok());
  EXPECT_THAT(MethodsOn("storage"), ElementsAre("PruneStorage"));
}

TEST_F(ChangesTest, AnOldWishToDrainAWorkerDoesNotDrainItAgain) {
  v1::DrainWorkerRequest drain;
  drain.set_name("workers/scripted");
  drain.set_reason("new disks");
  drain.set_request_id("drain");
  v1::Worker worker;
  ASSERT_TRUE(workers_->DrainWorker(CallContext().get(), drain, &worker).ok());
  EXPECT_TRUE(worker.has_drain());
  v1::ResumeWorkerRequest resume;
  resume.set_name("workers/scripted");
  ASSERT_TRUE(
      workers_->ResumeWorker(CallContext().get(), resume, &worker).ok());
  ASSERT_TRUE(workers_->DrainWorker(CallContext().get(), drain, &worker).ok());
  // What it was answered the first time.
  EXPECT_EQ(worker.drain().reason(), "new disks");
  v1::GetWorkerRequest get;
  get.set_name("workers/scripted");
  ASSERT_TRUE(workers_->GetWorker(CallContext().get(), get, &worker).ok());
  EXPECT_FALSE(worker.has_drain());
  EXPECT_THAT(MethodsOn("workers/scripted"),
              ElementsAre("ResumeWorker", "DrainWorker"));
}

}  // namespace
}  // namespace tunesmith::testing
