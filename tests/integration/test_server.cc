#include "tests/integration/test_server.h"

#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "proto/artifact/local_artifact_store.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/rpc/grpc_status.h"

namespace tunesmith::testing {
namespace {

namespace fs = std::filesystem;
constexpr std::chrono::seconds kPatience(20);

}  // namespace

std::unique_ptr<grpc::ClientContext> CallContext() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + kPatience);
  return context;
}

std::string ReasonOfCall(const grpc::Status& status) {
  return ReasonOf(FromGrpcStatus(status));
}

ServerTest::ServerTest() {
  std::string pattern = ::testing::TempDir() + "server.XXXXXX";
  base_ = mkdtemp(pattern.data());
  fs::create_directories(data_root() + "/model");
  std::ofstream(data_root() + "/train.csv") << "text,label\nhello,good\n";
  for (const char* file :
       {"config.json", "tokenizer.json", "model.safetensors"}) {
    std::ofstream(absl::StrCat(data_root(), "/model/", file)) << file;
  }
  options_.listen = "127.0.0.1:0";
  options_.data_dir = data_dir();
  options_.data_roots = {data_root()};
  options_.model_roots = {data_root()};
  options_.retry_delay = absl::Milliseconds(1);
  options_.report_interval = absl::Milliseconds(200);
  StartServer();
}

ServerTest::~ServerTest() {
  server_.reset();
  std::error_code ignored;
  fs::remove_all(base_, ignored);
}

void ServerTest::StartServer() {
  auto server = server::Server::Create(options_);
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
  channel_ = grpc::CreateChannel(server_->address(),
                                 grpc::InsecureChannelCredentials());
  jobs_ = v1::JobService::NewStub(channel_);
  datasets_ = v1::DatasetService::NewStub(channel_);
  models_ = v1::ModelService::NewStub(channel_);
  workers_ = v1::WorkerService::NewStub(channel_);
  storage_ = v1::StorageService::NewStub(channel_);
}

int ServerTest::CountArtifacts() const {
  auto artifacts = LocalArtifactStore::Create(artifact_root());
  if (!artifacts.ok()) return -1;
  auto keys = (*artifacts)->List();
  return keys.ok() ? static_cast<int>(keys->size()) : -1;
}

void ServerTest::MakeArtifact(const std::string& key) {
  auto artifacts = LocalArtifactStore::Create(artifact_root());
  ASSERT_TRUE(artifacts.ok()) << artifacts.status();
  ASSERT_TRUE((*artifacts)->Begin(key).ok());
}

ScriptedWorker::Options ServerTest::WorkerOptions() const {
  ScriptedWorker::Options options;
  options.address = server_->address();
  options.artifact_root = artifact_root();
  return options;
}

void ServerTest::CreateInputs(ScriptedWorker& worker) {
  CreateDataset("d");
  ImportModel("m");
  worker.AwaitAnswered("datasets/d");
  worker.AwaitAnswered("models/m");
}

v1::Dataset ServerTest::CreateDataset(const std::string& id) {
  v1::CreateDatasetRequest request;
  request.set_dataset_id(id);
  request.set_uri(absl::StrCat("file://", data_root(), "/train.csv"));
  v1::Dataset dataset;
  grpc::Status status =
      datasets_->CreateDataset(CallContext().get(), request, &dataset);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return dataset;
}

v1::Model ServerTest::ImportModel(const std::string& id) {
  v1::ImportModelRequest request;
  request.set_model_id(id);
  request.set_uri(absl::StrCat("file://", data_root(), "/model"));
  v1::Model model;
  grpc::Status status =
      models_->ImportModel(CallContext().get(), request, &model);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return model;
}

v1::CreateJobRequest ServerTest::JobRequest(const std::string& id) {
  v1::CreateJobRequest request;
  request.set_job_id(id);
  v1::JobSpec& spec = *request.mutable_job()->mutable_spec();
  spec.set_base_model("models/m");
  spec.mutable_task()->mutable_text_classification();
  spec.mutable_data()->set_training("datasets/d");
  return request;
}

v1::Job ServerTest::CreateJob(const std::string& id) {
  v1::CreateJobResponse response;
  grpc::Status status =
      jobs_->CreateJob(CallContext().get(), JobRequest(id), &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.job();
}

v1::Job ServerTest::GetJob(const std::string& name) {
  v1::GetJobRequest request;
  request.set_name(name);
  v1::Job job;
  grpc::Status status = jobs_->GetJob(CallContext().get(), request, &job);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return job;
}

grpc::Status ServerTest::Cancel(const std::string& name, v1::Job* job) {
  v1::CancelJobRequest request;
  request.set_name(name);
  v1::Job ignored;
  return jobs_->CancelJob(CallContext().get(), request,
                          job != nullptr ? job : &ignored);
}

std::vector<v1::WatchJobResponse> ServerTest::WatchUntil(
    const std::string& name,
    const std::function<bool(const v1::WatchJobResponse&)>& condition) {
  v1::WatchJobRequest request;
  request.set_name(name);
  std::unique_ptr<grpc::ClientContext> context = CallContext();
  auto stream = jobs_->WatchJob(context.get(), request);
  std::vector<v1::WatchJobResponse> responses;
  v1::WatchJobResponse response;
  bool held = false;
  while (!held && stream->Read(&response)) {
    responses.push_back(response);
    held = condition(response);
  }
  context->TryCancel();
  grpc::Status status = stream->Finish();
  EXPECT_TRUE(held) << "the stream of " << name
                    << " ended first: " << status.error_message();
  return responses;
}

void ServerTest::AwaitState(const std::string& name, v1::Job::State state) {
  WatchUntil(name, [state](const v1::WatchJobResponse& response) {
    return response.event().state_changed().to() == state;
  });
}

std::vector<v1::JobEvent> ServerTest::WatchToEnd(const std::string& name,
                                                 int64_t after_sequence) {
  v1::WatchJobRequest request;
  request.set_name(name);
  request.set_after_sequence(after_sequence);
  std::unique_ptr<grpc::ClientContext> context = CallContext();
  auto stream = jobs_->WatchJob(context.get(), request);
  std::vector<v1::JobEvent> events;
  v1::WatchJobResponse response;
  while (stream->Read(&response)) {
    if (response.has_event()) events.push_back(response.event());
  }
  grpc::Status status = stream->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  return events;
}

}  // namespace tunesmith::testing
