#ifndef TUNESMITH_CLIENT_CPP_CLIENT_H_
#define TUNESMITH_CLIENT_CPP_CLIENT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cpp/backoff.h"
#include "client/cpp/cancellation.h"
#include "grpcpp/support/status.h"
#include "tunesmith/v1/audit_service.grpc.pb.h"
#include "tunesmith/v1/dataset_service.grpc.pb.h"
#include "tunesmith/v1/job_service.grpc.pb.h"
#include "tunesmith/v1/model_service.grpc.pb.h"
#include "tunesmith/v1/prediction_service.grpc.pb.h"
#include "tunesmith/v1/storage_service.grpc.pb.h"
#include "tunesmith/v1/worker_service.grpc.pb.h"

namespace tunesmith::client {

struct ClientOptions {
  // Longest time for one try of a call that is not a stream.
  absl::Duration call_timeout = absl::Seconds(30);
  // For one that waits for a worker; a little longer than the server waits.
  absl::Duration worker_call_timeout = absl::Seconds(70);
  // For one that deletes many files.
  absl::Duration prune_call_timeout = absl::Minutes(30);
  // For calls that change nothing when they come twice.
  RetryPolicy retry;
  // For streams that go on where they broke: about two minutes without one
  // message.
  RetryPolicy resume = {.max_attempts = 30,
                        .initial_backoff = absl::Milliseconds(100),
                        .max_backoff = absl::Seconds(5)};
};

// The server's methods as functions, one for each that answers once (see
// upload.h, watch.h, download.h and predict.h for the streams). Errors are
// those of the .proto files, and UNAVAILABLE when no server answers. Calls are
// tried again after UNAVAILABLE; those that change something carry a random
// `request_id` where the caller gave none, so that a second try changes nothing
// more. Thread-safe; `cancellation` and `pause` outlive the client.
class Client {
 public:
  Client(std::shared_ptr<grpc::ChannelInterface> channel,
         Cancellation& cancellation, Pause& pause,
         const ClientOptions& options = {});

  absl::StatusOr<v1::CreateJobResponse> CreateJob(v1::CreateJobRequest request);
  absl::StatusOr<v1::Job> GetJob(const std::string& name);
  absl::StatusOr<v1::ListJobsResponse> ListJobs(const v1::ListJobsRequest&);
  absl::StatusOr<v1::Job> UpdateJob(v1::UpdateJobRequest request);
  absl::StatusOr<v1::Job> RetryJob(const std::string& name);
  absl::StatusOr<v1::Job> CancelJob(const std::string& name);
  absl::StatusOr<v1::CancelJobsResponse> CancelJobs(
      v1::CancelJobsRequest request);
  absl::StatusOr<v1::Job> PauseJob(const std::string& name);
  absl::StatusOr<v1::Job> ResumeJob(const std::string& name);
  absl::StatusOr<v1::Job> ForkJob(v1::ForkJobRequest request);
  absl::StatusOr<v1::Job> VerifyJob(v1::VerifyJobRequest request);
  absl::StatusOr<v1::Job> ReproduceJob(v1::ReproduceJobRequest request);
  absl::StatusOr<v1::ListCheckpointsResponse> ListCheckpoints(
      const v1::ListCheckpointsRequest&);
  absl::Status DeleteJob(const std::string& name, bool delete_model = false);
  absl::StatusOr<v1::ListJobEventsResponse> ListJobEvents(
      const v1::ListJobEventsRequest&);
  absl::StatusOr<v1::ListMetricsResponse> ListMetrics(
      const v1::ListMetricsRequest&);
  absl::StatusOr<v1::PreviewFreezeResponse> PreviewFreeze(
      const v1::PreviewFreezeRequest&);
  absl::StatusOr<v1::PreviewAugmentationResponse> PreviewAugmentation(
      const v1::PreviewAugmentationRequest&);

  absl::StatusOr<v1::Dataset> CreateDataset(v1::CreateDatasetRequest request);
  absl::StatusOr<v1::Dataset> GetDataset(const std::string& name);
  absl::StatusOr<v1::ListDatasetsResponse> ListDatasets(
      const v1::ListDatasetsRequest&);
  absl::Status DeleteDataset(const std::string& name);
  absl::StatusOr<v1::ListDatasetFindingsResponse> ListDatasetFindings(
      const v1::ListDatasetFindingsRequest&);

  absl::StatusOr<v1::Model> ImportModel(v1::ImportModelRequest request);
  absl::StatusOr<v1::Model> GetModel(const std::string& name);
  absl::StatusOr<v1::ListModelsResponse> ListModels(
      const v1::ListModelsRequest&);
  absl::Status DeleteModel(const std::string& name);

  absl::StatusOr<v1::PredictResponse> Predict(const v1::PredictRequest&);

  absl::StatusOr<v1::Worker> GetWorker(const std::string& name);
  absl::StatusOr<v1::ListWorkersResponse> ListWorkers(
      const v1::ListWorkersRequest&);
  absl::StatusOr<v1::Worker> DrainWorker(v1::DrainWorkerRequest request);
  absl::StatusOr<v1::Worker> ResumeWorker(const std::string& name);

  absl::StatusOr<v1::Storage> GetStorage();
  absl::StatusOr<v1::ListStoredItemsResponse> ListStoredItems(
      const v1::ListStoredItemsRequest&);
  // Once: what went before an error would be missing from a second answer.
  absl::StatusOr<v1::PruneStorageResponse> PruneStorage(
      const v1::PruneStorageRequest&);

  absl::StatusOr<v1::ListAuditRecordsResponse> ListAuditRecords(
      const v1::ListAuditRecordsRequest&);

  // Runs `attempt` until it gives anything but UNAVAILABLE, or the policy of
  // ClientOptions::retry ends, or the client is cancelled.
  absl::Status Retry(const std::function<absl::Status()>& attempt);

  // For the streams.
  v1::JobService::StubInterface& jobs() { return *jobs_; }
  v1::DatasetService::StubInterface& datasets() { return *datasets_; }
  v1::ModelService::StubInterface& models() { return *models_; }
  v1::PredictionService::StubInterface& predictions() { return *predictions_; }
  Cancellation& cancellation() { return cancellation_; }
  Pause& pause() { return pause_; }
  const ClientOptions& options() const { return options_; }

 private:
  const std::unique_ptr<v1::JobService::Stub> jobs_;
  const std::unique_ptr<v1::DatasetService::Stub> datasets_;
  const std::unique_ptr<v1::ModelService::Stub> models_;
  const std::unique_ptr<v1::PredictionService::Stub> predictions_;
  const std::unique_ptr<v1::WorkerService::Stub> workers_;
  const std::unique_ptr<v1::StorageService::Stub> storage_;
  const std::unique_ptr<v1::AuditService::Stub> audit_;
  Cancellation& cancellation_;
  Pause& pause_;
  const ClientOptions options_;
};

// 32 random hexadecimal digits.
std::string NewRequestId();

}  // namespace tunesmith::client

#endif  // TUNESMITH_CLIENT_CPP_CLIENT_H_
