#include "tests/end_to_end/cluster.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/end_to_end/tiny_model.h"

namespace tunesmith::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::minutes(4);

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// Context of one call, with the deadline that every call of a test has.
struct Call {
  Call() {
    context.set_deadline(std::chrono::system_clock::now() + kPatience);
    context.set_wait_for_ready(true);
  }
  operator grpc::ClientContext*() { return &context; }

  grpc::ClientContext context;
};

}  // namespace

bool Eventually(const std::function<bool()>& condition) {
  auto deadline = steady_clock::now() + kPatience;
  while (!condition()) {
    if (steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return true;
}

Cluster::Cluster() {
  std::string pattern = ::testing::TempDir() + "tunesmith.XXXXXX";
  directory_ = mkdtemp(pattern.data());
  std::filesystem::create_directories(data_root());
}

Cluster::~Cluster() {
  if (::testing::Test::HasFailure()) {
    std::fprintf(stderr, "%s\n", Logs().c_str());
  }
  worker_.reset();
  server_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void Cluster::StartServer() {
  std::string ready = directory_ + "/server.json";
  std::filesystem::remove(ready);
  server_ = std::make_unique<Process>(
      std::vector<std::string>{
          TUNESMITH_BIN_DIR "/tunesmith-server", "--listen=" + address_,
          "--data-dir=" + directory_ + "/server", "--data-root=" + data_root(),
          "--model-root=" + data_root(), "--metrics-listen=127.0.0.1:0",
          "--ready-file=" + ready},
      directory_ + "/server.log");
  ASSERT_TRUE(Eventually([&] { return std::filesystem::exists(ready); }));
  address_ = nlohmann::json::parse(ReadFile(ready)).at("address");
  if (jobs_ == nullptr) Connect();
}

void Cluster::Connect() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
  auto channel = grpc::CreateCustomChannel(
      address_, grpc::InsecureChannelCredentials(), arguments);
  jobs_ = v1::JobService::NewStub(channel);
  datasets_ = v1::DatasetService::NewStub(channel);
  models_ = v1::ModelService::NewStub(channel);
  predictions_ = v1::PredictionService::NewStub(channel);
  workers_ = v1::WorkerService::NewStub(channel);
}

void Cluster::StartWorker(const std::vector<std::string>& flags) {
  std::string ready = directory_ + "/worker.json";
  std::filesystem::remove(ready);
  std::vector<std::string> arguments = {
      TUNESMITH_BIN_DIR "/tunesmith-worker",
      "--server=" + address_,
      "--worker-id=test-worker",
      "--artifact-root=" + directory_ + "/server/artifacts",
      "--threads=1",
      "--auxiliary-slots=1",
      "--metrics-address=127.0.0.1:0",
      "--ready-file=" + ready};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  worker_ = std::make_unique<Process>(arguments, directory_ + "/worker.log");
  ASSERT_TRUE(Eventually([&] { return std::filesystem::exists(ready); }));
}

void Cluster::StopServer(int signal) {
  int code = server_->Stop(signal);
  EXPECT_EQ(code, signal == SIGKILL ? 128 + SIGKILL : 0);
  server_.reset();
}

void Cluster::StopWorker(int signal) {
  int code = worker_->Stop(signal);
  EXPECT_EQ(code, signal == SIGKILL ? 128 + SIGKILL : 0);
  worker_.reset();
}

void Cluster::Prepare() {
  WriteTinyModel(data_root() + "/tiny");
  WriteTinyDataset(data_root() + "/tiny.csv");
  ASSERT_EQ(Import("tiny", "tiny").state(), v1::Model::READY);
  ASSERT_EQ(CreateDataset("tiny", "tiny.csv").state(), v1::Dataset::READY);
}

v1::Model Cluster::Import(const std::string& id, const std::string& directory,
                          const v1::NetworkDescription& network) {
  v1::ImportModelRequest request;
  if (network.has_input() || !network.architecture().empty()) {
    *request.mutable_network() = network;
  }
  request.set_model_id(id);
  request.set_uri("file://" + data_root() + "/" + directory);
  v1::Model model;
  grpc::Status status = models_->ImportModel(Call(), request, &model);
  EXPECT_TRUE(status.ok()) << status.error_message();
  v1::GetModelRequest get;
  get.set_name(model.name());
  EXPECT_TRUE(Eventually([&] {
    models_->GetModel(Call(), get, &model);
    return model.state() != v1::Model::IMPORTING;
  }));
  return model;
}

v1::Dataset Cluster::CreateDataset(const std::string& id,
                                   const std::string& file,
                                   const v1::DatasetFormat& format) {
  v1::CreateDatasetRequest request;
  request.set_dataset_id(id);
  request.set_uri("file://" + data_root() + "/" + file);
  *request.mutable_dataset()->mutable_format() = format;
  v1::Dataset dataset;
  grpc::Status status = datasets_->CreateDataset(Call(), request, &dataset);
  EXPECT_TRUE(status.ok()) << status.error_message();
  v1::GetDatasetRequest get;
  get.set_name(dataset.name());
  EXPECT_TRUE(Eventually([&] {
    datasets_->GetDataset(Call(), get, &dataset);
    return dataset.state() != v1::Dataset::INSPECTING;
  }));
  return dataset;
}

std::vector<v1::Prediction> Cluster::Predict(
    const std::string& id, const std::vector<v1::Sample>& samples) {
  v1::PredictRequest request;
  request.set_model("models/" + id);
  for (const v1::Sample& sample : samples) *request.add_samples() = sample;
  v1::PredictResponse response;
  grpc::Status status = predictions_->Predict(Call(), request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return {response.predictions().begin(), response.predictions().end()};
}

v1::JobSpec Cluster::TinySpec(int64_t steps) const {
  v1::JobSpec spec;
  spec.set_base_model("models/tiny");
  spec.mutable_task()->mutable_text_classification();
  spec.mutable_data()->set_training("datasets/tiny");
  spec.mutable_hyperparameters()->set_max_steps(steps);
  spec.mutable_hyperparameters()->set_batch_size(8);
  return spec;
}

v1::Job Cluster::Submit(const std::string& id, const v1::JobSpec& spec) {
  v1::CreateJobRequest request;
  request.set_job_id(id);
  *request.mutable_job()->mutable_spec() = spec;
  v1::CreateJobResponse response;
  grpc::Status status = jobs_->CreateJob(Call(), request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.job();
}

v1::Job Cluster::Get(const std::string& id) {
  v1::GetJobRequest request;
  request.set_name("jobs/" + id);
  v1::Job job;
  grpc::Status status;
  // The connection to a server that was killed breaks once.
  Eventually([&] {
    status = jobs_->GetJob(Call(), request, &job);
    return status.error_code() != grpc::StatusCode::UNAVAILABLE;
  });
  EXPECT_TRUE(status.ok()) << status.error_message();
  return job;
}

v1::Job Cluster::Cancel(const std::string& id) {
  return Change<v1::CancelJobRequest>(&v1::JobService::Stub::CancelJob, id);
}

v1::Job Cluster::Pause(const std::string& id) {
  return Change<v1::PauseJobRequest>(&v1::JobService::Stub::PauseJob, id);
}

v1::Job Cluster::Resume(const std::string& id) {
  return Change<v1::ResumeJobRequest>(&v1::JobService::Stub::ResumeJob, id);
}

v1::Job Cluster::Fork(const std::string& id, const std::string& new_id,
                      const v1::JobSpec& changes) {
  v1::ForkJobRequest request;
  request.set_job_id(new_id);
  *request.mutable_job()->mutable_spec() = changes;
  return Change(&v1::JobService::Stub::ForkJob, id, request);
}

v1::Job Cluster::Verify(const std::string& id, const std::string& new_id) {
  v1::VerifyJobRequest request;
  request.set_job_id(new_id);
  return Change(&v1::JobService::Stub::VerifyJob, id, request);
}

v1::Job Cluster::Reproduce(const std::string& id, const std::string& new_id) {
  v1::ReproduceJobRequest request;
  request.set_job_id(new_id);
  return Change(&v1::JobService::Stub::ReproduceJob, id, request);
}

template <typename Request>
v1::Job Cluster::Change(grpc::Status (v1::JobService::Stub::*method)(
                            grpc::ClientContext*, const Request&, v1::Job*),
                        const std::string& id, Request request) {
  request.set_name("jobs/" + id);
  v1::Job job;
  grpc::Status status = (*jobs_.*method)(Call(), request, &job);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return job;
}

v1::Job Cluster::WaitFor(const std::string& id,
                         const std::function<bool(const v1::Job&)>& done) {
  v1::Job job;
  EXPECT_TRUE(Eventually([&] {
    job = Get(id);
    return done(job);
  })) << job.DebugString();
  return job;
}

v1::Job Cluster::WaitForEnd(const std::string& id) {
  return WaitFor(id, [](const v1::Job& job) { return job.has_end_time(); });
}

v1::Job Cluster::WaitForSteps(const std::string& id, int attempt) {
  return WaitFor(id, [&](const v1::Job& job) {
    EXPECT_FALSE(job.has_end_time()) << job.DebugString();
    return job.has_end_time() ||
           (job.attempt() == attempt && job.progress().step() > 0);
  });
}

std::vector<v1::JobEvent> Cluster::Events(const std::string& id) {
  v1::ListJobEventsRequest request;
  request.set_name("jobs/" + id);
  request.set_page_size(1000);
  std::vector<v1::JobEvent> events;
  do {
    v1::ListJobEventsResponse response;
    grpc::Status status = jobs_->ListJobEvents(Call(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    events.insert(events.end(), response.events().begin(),
                  response.events().end());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return events;
}

std::map<std::string, std::string> Cluster::Download(const std::string& id,
                                                     bool include_run_record) {
  v1::DownloadModelRequest request;
  request.set_name(absl::StartsWith(id, "jobs/") ? id : "models/" + id);
  request.set_include_run_record(include_run_record);
  Call call;
  auto reader = models_->DownloadModel(call, request);
  std::map<std::string, std::string> files;
  std::string* current = nullptr;
  v1::DownloadModelResponse part;
  while (reader->Read(&part)) {
    if (part.has_file()) {
      current = &files[part.file().path()];
    } else if (current != nullptr) {
      *current += part.chunk();
    }
  }
  grpc::Status status = reader->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  return files;
}

pid_t Cluster::BusyTrainer() {
  pid_t busy = -1;
  EXPECT_TRUE(Eventually([&] {
    for (pid_t pid : ChildrenOf(worker_->pid(), "tunesmith-trainer")) {
      std::string maps = ReadFile(absl::StrCat("/proc/", pid, "/maps"));
      if (absl::StrContains(maps, "model.safetensors")) busy = pid;
    }
    return busy > 0;
  }));
  return busy;
}

std::string Cluster::Logs() const {
  return absl::StrCat("--- server.log\n", ReadFile(directory_ + "/server.log"),
                      "--- worker.log\n", ReadFile(directory_ + "/worker.log"));
}

}  // namespace tunesmith::testing
