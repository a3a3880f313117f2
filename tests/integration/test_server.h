#ifndef TUNESMITH_TESTS_INTEGRATION_TEST_SERVER_H_
#define TUNESMITH_TESTS_INTEGRATION_TEST_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "server/server.h"
#include "tests/integration/scripted_worker.h"
#include "tunesmith/v1/dataset_service.grpc.pb.h"
#include "tunesmith/v1/job_service.grpc.pb.h"
#include "tunesmith/v1/model_service.grpc.pb.h"
#include "tunesmith/v1/storage_service.grpc.pb.h"
#include "tunesmith/v1/worker_service.grpc.pb.h"

namespace tunesmith::testing {

// A context with the deadline that every call of a test has.
std::unique_ptr<grpc::ClientContext> CallContext();

// The name of a call's error reason; "" when it ended well.
std::string ReasonOfCall(const grpc::Status& status);

// The real server in this process, on a directory of its own and a free port,
// with clients for every service.
class ServerTest : public ::testing::Test {
 protected:
  ServerTest();
  ~ServerTest() override;

  void StartServer();
  void StopServer() { server_.reset(); }

  std::string data_root() const { return base_ + "/files"; }
  std::string data_dir() const { return base_ + "/server"; }
  std::string artifact_root() const { return data_dir() + "/artifacts"; }
  // How many artifacts lie in the store, finished or not.
  int CountArtifacts() const;

  // An artifact that no record refers to.
  void MakeArtifact(const std::string& key);

  ScriptedWorker::Options WorkerOptions() const;

  // A dataset `datasets/d` and a model `models/m`, looked at by `worker`.
  void CreateInputs(ScriptedWorker& worker);
  v1::Dataset CreateDataset(const std::string& id);
  v1::Model ImportModel(const std::string& id);
  // A request for a job on these inputs.
  static v1::CreateJobRequest JobRequest(const std::string& id);
  v1::Job CreateJob(const std::string& id);
  v1::Job GetJob(const std::string& name);
  grpc::Status Cancel(const std::string& name, v1::Job* job = nullptr);

  // Follows a job until `condition` holds for a response; fails the test when
  // the stream ends first. Returns what came, the last one included.
  std::vector<v1::WatchJobResponse> WatchUntil(
      const std::string& name,
      const std::function<bool(const v1::WatchJobResponse&)>& condition);
  void AwaitState(const std::string& name, v1::Job::State state);
  // Follows a job to its end and returns its events.
  std::vector<v1::JobEvent> WatchToEnd(const std::string& name,
                                       int64_t after_sequence = 0);

  std::string base_;
  server::ServerOptions options_;
  std::unique_ptr<server::Server> server_;
  std::unique_ptr<v1::JobService::Stub> jobs_;
  std::unique_ptr<v1::DatasetService::Stub> datasets_;
  std::unique_ptr<v1::ModelService::Stub> models_;
  std::unique_ptr<v1::WorkerService::Stub> workers_;
  std::unique_ptr<v1::StorageService::Stub> storage_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace tunesmith::testing

#endif  // TUNESMITH_TESTS_INTEGRATION_TEST_SERVER_H_
