#ifndef TUNESMITH_TESTS_END_TO_END_CLUSTER_H_
#define TUNESMITH_TESTS_END_TO_END_CLUSTER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "grpcpp/channel.h"
#include "tests/end_to_end/process.h"
#include "tunesmith/v1/dataset_service.grpc.pb.h"
#include "tunesmith/v1/job_service.grpc.pb.h"
#include "tunesmith/v1/model_service.grpc.pb.h"
#include "tunesmith/v1/prediction_service.grpc.pb.h"
#include "tunesmith/v1/worker_service.grpc.pb.h"

namespace tunesmith::testing {

// A server and a worker as real processes on a temporary directory. Fails the
// test when something takes longer than four minutes.
class Cluster {
 public:
  Cluster();
  ~Cluster();

  // Starts what does not run; the server keeps its port over restarts.
  void StartServer();
  void StartWorker(const std::vector<std::string>& flags = {});
  void StopServer(int signal);
  void StopWorker(int signal);

  const std::string& directory() const { return directory_; }
  // Files that the server may read.
  std::string data_root() const { return directory_ + "/data"; }

  v1::JobService::Stub& jobs() { return *jobs_; }
  v1::DatasetService::Stub& datasets() { return *datasets_; }
  v1::ModelService::Stub& models() { return *models_; }
  v1::WorkerService::Stub& workers() { return *workers_; }

  // Puts the tiny model and its data in place and waits until both are READY:
  // `models/tiny` and `datasets/tiny`.
  void Prepare();
  // Imports a model directory under data_root() and waits for its end.
  // `network` describes weights that come without a config.json.
  v1::Model Import(const std::string& id, const std::string& directory,
                   const v1::NetworkDescription& network = {});
  // Creates a dataset from a file under data_root() and waits for its end.
  v1::Dataset CreateDataset(const std::string& id, const std::string& file,
                            const v1::DatasetFormat& format = {});

  // A spec that trains the tiny model for `steps` steps.
  v1::JobSpec TinySpec(int64_t steps) const;
  // Creates `jobs/{id}`.
  v1::Job Submit(const std::string& id, const v1::JobSpec& spec);
  v1::Job Get(const std::string& id);
  v1::Job Cancel(const std::string& id);
  v1::Job Pause(const std::string& id);
  v1::Job Resume(const std::string& id);
  // Make `jobs/{new_id}`.
  v1::Job Fork(const std::string& id, const std::string& new_id,
               const v1::JobSpec& changes);
  v1::Job Verify(const std::string& id, const std::string& new_id);
  v1::Job Reproduce(const std::string& id, const std::string& new_id);
  // Polls until `done`; the job as it was then.
  v1::Job WaitFor(const std::string& id,
                  const std::function<bool(const v1::Job&)>& done);
  v1::Job WaitForEnd(const std::string& id);
  // Polls until the job has done at least one optimizer step in attempt
  // `attempt`.
  v1::Job WaitForSteps(const std::string& id, int attempt = 1);

  std::vector<v1::JobEvent> Events(const std::string& id);
  // The model directory of `models/{id}`, or of a checkpoint by its whole name:
  // file name to content; with `include_run_record` also what lies beside it.
  std::map<std::string, std::string> Download(const std::string& id,
                                              bool include_run_record = false);

  // What `models/{id}` says of samples.
  std::vector<v1::Prediction> Predict(const std::string& id,
                                      const std::vector<v1::Sample>& samples);

  // The trainer that works on a job: the child of the worker that has a model
  // open.
  pid_t BusyTrainer();
  pid_t worker_pid() const { return worker_->pid(); }

  // What the programs wrote; shown when a test fails.
  std::string Logs() const;

 private:
  void Connect();
  template <typename Request>
  v1::Job Change(grpc::Status (v1::JobService::Stub::*method)(
                     grpc::ClientContext*, const Request&, v1::Job*),
                 const std::string& id, Request request = {});

  std::string directory_;
  std::string address_ = "127.0.0.1:0";
  std::unique_ptr<Process> server_;
  std::unique_ptr<Process> worker_;
  std::unique_ptr<v1::JobService::Stub> jobs_;
  std::unique_ptr<v1::DatasetService::Stub> datasets_;
  std::unique_ptr<v1::ModelService::Stub> models_;
  std::unique_ptr<v1::PredictionService::Stub> predictions_;
  std::unique_ptr<v1::WorkerService::Stub> workers_;
};

// Calls `condition` every few milliseconds until it is true; false after
// four minutes.
bool Eventually(const std::function<bool()>& condition);

}  // namespace tunesmith::testing

#endif  // TUNESMITH_TESTS_END_TO_END_CLUSTER_H_
