#include "client/cpp/client.h"

#include <optional>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cpp/unary_call.h"

namespace tunesmith::client {
namespace {

template <class Request>
Request Named(const std::string& name) {
  Request request;
  request.set_name(name);
  return request;
}

template <class Request>
Request WithId(Request request) {
  if (request.request_id().empty()) request.set_request_id(NewRequestId());
  return request;
}

}  // namespace

std::string NewRequestId() {
  std::random_device device;
  std::string id;
  for (int i = 0; i < 4; ++i) {
    absl::StrAppend(&id, absl::Hex(device(), absl::kZeroPad8));
  }
  return id;
}

Client::Client(std::shared_ptr<grpc::ChannelInterface> channel,
               Cancellation& cancellation, Pause& pause,
               const ClientOptions& options)
    : jobs_(v1::JobService::NewStub(channel)),
      datasets_(v1::DatasetService::NewStub(channel)),
      models_(v1::ModelService::NewStub(channel)),
      predictions_(v1::PredictionService::NewStub(channel)),
      workers_(v1::WorkerService::NewStub(channel)),
      storage_(v1::StorageService::NewStub(channel)),
      audit_(v1::AuditService::NewStub(channel)),
      cancellation_(cancellation),
      pause_(pause),
      options_(options) {}

absl::Status Client::Retry(const std::function<absl::Status()>& attempt) {
  Backoff backoff(options_.retry);
  while (true) {
    absl::Status status = attempt();
    if (!absl::IsUnavailable(status)) return status;
    std::optional<absl::Duration> delay = backoff.Next();
    if (!delay.has_value()) return status;
    if (!pause_.For(*delay, cancellation_)) {
      return absl::CancelledError("interrupted");
    }
  }
}

absl::StatusOr<v1::CreateJobResponse> Client::CreateJob(
    v1::CreateJobRequest request) {
  return CallIdempotent(*this, *jobs_, &v1::JobService::Stub::CreateJob,
                        WithId(std::move(request)));
}

absl::StatusOr<v1::Job> Client::ForkJob(v1::ForkJobRequest request) {
  return CallIdempotent(*this, *jobs_, &v1::JobService::Stub::ForkJob,
                        WithId(std::move(request)));
}

absl::StatusOr<v1::Job> Client::VerifyJob(v1::VerifyJobRequest request) {
  return CallIdempotent(*this, *jobs_, &v1::JobService::Stub::VerifyJob,
                        WithId(std::move(request)));
}

absl::StatusOr<v1::Job> Client::ReproduceJob(v1::ReproduceJobRequest request) {
  return CallIdempotent(*this, *jobs_, &v1::JobService::Stub::ReproduceJob,
                        WithId(std::move(request)));
}

absl::StatusOr<v1::Job> Client::GetJob(const std::string& name) {
  return CallIdempotent(*this, *jobs_, &v1::JobService::Stub::GetJob,
                        Named<v1::GetJobRequest>(name));
}

absl::StatusOr<v1::ListJobsResponse> Client::ListJobs(
    const v1::ListJobsRequest& request) {
  return CallIdempotent(*this, *jobs_, &v1::JobService::Stub::ListJobs,
                        request);
}

absl::StatusOr<v1::Job> Client::UpdateJob(v1::UpdateJobRequest request) {
  return CallIdempotent(*this, *jobs_, &v1::JobService::Stub::UpdateJob,
                        WithId(std::move(request)));
}

absl::StatusOr<v1::Job> Client::RetryJob(const std::string& name) {
  return CallIdempotent(*this, *jobs_, &v1::JobService::Stub::RetryJob,
                        WithId(Named<v1::RetryJobRequest>(name)));
}

absl::StatusOr<v1::CancelJobsResponse> Client::CancelJobs(
    v1::CancelJobsRequest request) {
  return CallIdempotent(*this, *jobs_, &v1::JobService::Stub::CancelJobs,
                        WithId(std::move(request)));
}

absl::StatusOr<v1::Job> Client::CancelJob(const std::string& name) {
  return CallIdempotent(*this, *jobs_, &v1::JobService::Stub::CancelJob,
                        WithId(Named<v1::CancelJobRequest>(name)));
}

absl::StatusOr<v1::Job> Client::PauseJob(const std::string& name) {
  return CallIdempotent(*this, *jobs_, &v1::JobService::Stub::PauseJob,
                        WithId(Named<v1::PauseJobRequest>(name)));
}

absl::StatusOr<v1::Job> Client::ResumeJob(const std::string& name) {
  return CallIdempotent(*this, *jobs_, &v1::JobService::Stub::ResumeJob,
                        WithId(Named<v1::ResumeJobRequest>(name)));
}

absl::StatusOr<v1::ListCheckpointsResponse> Client::ListCheckpoints(
    const v1::ListCheckpointsRequest& request) {
  return CallIdempotent(*this, *jobs_, &v1::JobService::Stub::ListCheckpoints,
                        request);
}

absl::Status Client::DeleteJob(const std::string& name, bool delete_model) {
  auto request = WithId(Named<v1::DeleteJobRequest>(name));
  request.set_delete_model(delete_model);
  return CallIdempotent(*this, *jobs_, &v1::JobService::Stub::DeleteJob,
                        request)
      .status();
}

absl::StatusOr<v1::ListJobEventsResponse> Client::ListJobEvents(
    const v1::ListJobEventsRequest& request) {
  return CallIdempotent(*this, *jobs_, &v1::JobService::Stub::ListJobEvents,
                        request);
}

absl::StatusOr<v1::ListMetricsResponse> Client::ListMetrics(
    const v1::ListMetricsRequest& request) {
  return CallIdempotent(*this, *jobs_, &v1::JobService::Stub::ListMetrics,
                        request);
}

absl::StatusOr<v1::PreviewFreezeResponse> Client::PreviewFreeze(
    const v1::PreviewFreezeRequest& request) {
  return CallIdempotent(*this, *jobs_, &v1::JobService::Stub::PreviewFreeze,
                        request);
}

absl::StatusOr<v1::PreviewAugmentationResponse> Client::PreviewAugmentation(
    const v1::PreviewAugmentationRequest& request) {
  return CallIdempotent(*this, *jobs_,
                        &v1::JobService::Stub::PreviewAugmentation, request,
                        options_.worker_call_timeout);
}

absl::StatusOr<v1::Dataset> Client::CreateDataset(
    v1::CreateDatasetRequest request) {
  return CallIdempotent(*this, *datasets_,
                        &v1::DatasetService::Stub::CreateDataset,
                        WithId(std::move(request)));
}

absl::StatusOr<v1::Dataset> Client::GetDataset(const std::string& name) {
  return CallIdempotent(*this, *datasets_,
                        &v1::DatasetService::Stub::GetDataset,
                        Named<v1::GetDatasetRequest>(name));
}

absl::StatusOr<v1::ListDatasetsResponse> Client::ListDatasets(
    const v1::ListDatasetsRequest& request) {
  return CallIdempotent(*this, *datasets_,
                        &v1::DatasetService::Stub::ListDatasets, request);
}

absl::Status Client::DeleteDataset(const std::string& name) {
  return CallIdempotent(*this, *datasets_,
                        &v1::DatasetService::Stub::DeleteDataset,
                        WithId(Named<v1::DeleteDatasetRequest>(name)))
      .status();
}

absl::StatusOr<v1::ListDatasetFindingsResponse> Client::ListDatasetFindings(
    const v1::ListDatasetFindingsRequest& request) {
  return CallIdempotent(*this, *datasets_,
                        &v1::DatasetService::Stub::ListDatasetFindings,
                        request);
}

absl::StatusOr<v1::Model> Client::ImportModel(v1::ImportModelRequest request) {
  return CallIdempotent(*this, *models_, &v1::ModelService::Stub::ImportModel,
                        WithId(std::move(request)));
}

absl::StatusOr<v1::Model> Client::GetModel(const std::string& name) {
  return CallIdempotent(*this, *models_, &v1::ModelService::Stub::GetModel,
                        Named<v1::GetModelRequest>(name));
}

absl::StatusOr<v1::ListModelsResponse> Client::ListModels(
    const v1::ListModelsRequest& request) {
  return CallIdempotent(*this, *models_, &v1::ModelService::Stub::ListModels,
                        request);
}

absl::Status Client::DeleteModel(const std::string& name) {
  return CallIdempotent(*this, *models_, &v1::ModelService::Stub::DeleteModel,
                        WithId(Named<v1::DeleteModelRequest>(name)))
      .status();
}

absl::StatusOr<v1::PredictResponse> Client::Predict(
    const v1::PredictRequest& request) {
  return CallIdempotent(*this, *predictions_,
                        &v1::PredictionService::Stub::Predict, request,
                        options_.worker_call_timeout);
}

absl::StatusOr<v1::Worker> Client::GetWorker(const std::string& name) {
  return CallIdempotent(*this, *workers_, &v1::WorkerService::Stub::GetWorker,
                        Named<v1::GetWorkerRequest>(name));
}

absl::StatusOr<v1::ListWorkersResponse> Client::ListWorkers(
    const v1::ListWorkersRequest& request) {
  return CallIdempotent(*this, *workers_, &v1::WorkerService::Stub::ListWorkers,
                        request);
}

absl::StatusOr<v1::Worker> Client::DrainWorker(v1::DrainWorkerRequest request) {
  return CallIdempotent(*this, *workers_, &v1::WorkerService::Stub::DrainWorker,
                        WithId(std::move(request)));
}

absl::StatusOr<v1::Worker> Client::ResumeWorker(const std::string& name) {
  return CallIdempotent(*this, *workers_,
                        &v1::WorkerService::Stub::ResumeWorker,
                        WithId(Named<v1::ResumeWorkerRequest>(name)));
}

absl::StatusOr<v1::Storage> Client::GetStorage() {
  return CallIdempotent(*this, *storage_, &v1::StorageService::Stub::GetStorage,
                        v1::GetStorageRequest());
}

absl::StatusOr<v1::ListStoredItemsResponse> Client::ListStoredItems(
    const v1::ListStoredItemsRequest& request) {
  return CallIdempotent(*this, *storage_,
                        &v1::StorageService::Stub::ListStoredItems, request);
}

absl::StatusOr<v1::PruneStorageResponse> Client::PruneStorage(
    const v1::PruneStorageRequest& request) {
  return CallOnce(*this, *storage_, &v1::StorageService::Stub::PruneStorage,
                  request, options_.prune_call_timeout);
}

absl::StatusOr<v1::ListAuditRecordsResponse> Client::ListAuditRecords(
    const v1::ListAuditRecordsRequest& request) {
  return CallIdempotent(*this, *audit_,
                        &v1::AuditService::Stub::ListAuditRecords, request);
}

}  // namespace tunesmith::client
