#ifndef TUNESMITH_TESTS_CLIENT_FAKE_SERVER_H_
#define TUNESMITH_TESTS_CLIENT_FAKE_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "proto/contract/base/mutex.h"
#include "proto/contract/rpc/grpc_status.h"
#include "tunesmith/v1/audit_service.grpc.pb.h"
#include "tunesmith/v1/dataset_service.grpc.pb.h"
#include "tunesmith/v1/job_service.grpc.pb.h"
#include "tunesmith/v1/model_service.grpc.pb.h"
#include "tunesmith/v1/prediction_service.grpc.pb.h"
#include "tunesmith/v1/storage_service.grpc.pb.h"
#include "tunesmith/v1/worker_service.grpc.pb.h"

namespace tunesmith::testing {

// A method whose answer the test gives. It runs on gRPC's threads; what it
// touches is read again only after the call has returned.
template <class Request, class Response>
using Script = std::function<absl::Status(const Request&, Response&)>;

template <class Request, class Response>
grpc::Status Answer(const Script<Request, Response>& script,
                    const Request& request, Response& response) {
  if (!script)
    return grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "no script");
  return ToGrpcStatus(script(request, response));
}

class FakeJobService : public v1::JobService::Service {
 public:
  using WatchWriter = grpc::ServerWriter<v1::WatchJobResponse>;

  Script<v1::CreateJobRequest, v1::CreateJobResponse> create;
  Script<v1::GetJobRequest, v1::Job> get;
  Script<v1::ListJobsRequest, v1::ListJobsResponse> list;
  Script<v1::CancelJobRequest, v1::Job> cancel;
  Script<v1::PauseJobRequest, v1::Job> pause;
  Script<v1::ResumeJobRequest, v1::Job> resume;
  Script<v1::UpdateJobRequest, v1::Job> update;
  Script<v1::RetryJobRequest, v1::Job> retry;
  Script<v1::CancelJobsRequest, v1::CancelJobsResponse> cancel_many;
  Script<v1::DeleteJobRequest, google::protobuf::Empty> remove;
  Script<v1::ForkJobRequest, v1::Job> fork;
  Script<v1::VerifyJobRequest, v1::Job> verify;
  Script<v1::ReproduceJobRequest, v1::Job> reproduce;
  Script<v1::ListCheckpointsRequest, v1::ListCheckpointsResponse>
      list_checkpoints;
  Script<v1::ListJobEventsRequest, v1::ListJobEventsResponse> list_events;
  Script<v1::PreviewFreezeRequest, v1::PreviewFreezeResponse> preview_freeze;
  Script<v1::PreviewAugmentationRequest, v1::PreviewAugmentationResponse>
      preview_augmentation;
  std::function<absl::Status(grpc::ServerContext&, const v1::WatchJobRequest&,
                             WatchWriter&)>
      watch;
  std::function<absl::Status(grpc::ServerContext&, const v1::WatchJobsRequest&,
                             grpc::ServerWriter<v1::WatchJobsResponse>&)>
      watch_many;

  grpc::Status CreateJob(grpc::ServerContext*, const v1::CreateJobRequest* q,
                         v1::CreateJobResponse* a) override {
    return Answer(create, *q, *a);
  }
  grpc::Status GetJob(grpc::ServerContext*, const v1::GetJobRequest* q,
                      v1::Job* a) override {
    return Answer(get, *q, *a);
  }
  grpc::Status ListJobs(grpc::ServerContext*, const v1::ListJobsRequest* q,
                        v1::ListJobsResponse* a) override {
    return Answer(list, *q, *a);
  }
  grpc::Status CancelJob(grpc::ServerContext*, const v1::CancelJobRequest* q,
                         v1::Job* a) override {
    return Answer(cancel, *q, *a);
  }
  grpc::Status PauseJob(grpc::ServerContext*, const v1::PauseJobRequest* q,
                        v1::Job* a) override {
    return Answer(pause, *q, *a);
  }
  grpc::Status ResumeJob(grpc::ServerContext*, const v1::ResumeJobRequest* q,
                         v1::Job* a) override {
    return Answer(resume, *q, *a);
  }
  grpc::Status UpdateJob(grpc::ServerContext*, const v1::UpdateJobRequest* q,
                         v1::Job* a) override {
    return Answer(update, *q, *a);
  }
  grpc::Status RetryJob(grpc::ServerContext*, const v1::RetryJobRequest* q,
                        v1::Job* a) override {
    return Answer(retry, *q, *a);
  }
  grpc::Status CancelJobs(grpc::ServerContext*, const v1::CancelJobsRequest* q,
                          v1::CancelJobsResponse* a) override {
    return Answer(cancel_many, *q, *a);
  }
  grpc::Status DeleteJob(grpc::ServerContext*, const v1::DeleteJobRequest* q,
                         google::protobuf::Empty* a) override {
    return Answer(remove, *q, *a);
  }
  grpc::Status ForkJob(grpc::ServerContext*, const v1::ForkJobRequest* q,
                       v1::Job* a) override {
    return Answer(fork, *q, *a);
  }
  grpc::Status VerifyJob(grpc::ServerContext*, const v1::VerifyJobRequest* q,
                         v1::Job* a) override {
    return Answer(verify, *q, *a);
  }
  grpc::Status ReproduceJob(grpc::ServerContext*,
                            const v1::ReproduceJobRequest* q,
                            v1::Job* a) override {
    return Answer(reproduce, *q, *a);
  }
  grpc::Status ListCheckpoints(grpc::ServerContext*,
                               const v1::ListCheckpointsRequest* q,
                               v1::ListCheckpointsResponse* a) override {
    return Answer(list_checkpoints, *q, *a);
  }
  grpc::Status ListJobEvents(grpc::ServerContext*,
                             const v1::ListJobEventsRequest* q,
                             v1::ListJobEventsResponse* a) override {
    return Answer(list_events, *q, *a);
  }
  grpc::Status PreviewFreeze(grpc::ServerContext*,
                             const v1::PreviewFreezeRequest* q,
                             v1::PreviewFreezeResponse* a) override {
    return Answer(preview_freeze, *q, *a);
  }
  grpc::Status PreviewAugmentation(
      grpc::ServerContext*, const v1::PreviewAugmentationRequest* q,
      v1::PreviewAugmentationResponse* a) override {
    return Answer(preview_augmentation, *q, *a);
  }
  grpc::Status WatchJob(grpc::ServerContext* context,
                        const v1::WatchJobRequest* q,
                        WatchWriter* writer) override {
    return ToGrpcStatus(watch(*context, *q, *writer));
  }
  grpc::Status WatchJobs(
      grpc::ServerContext* context, const v1::WatchJobsRequest* q,
      grpc::ServerWriter<v1::WatchJobsResponse>* writer) override {
    return ToGrpcStatus(watch_many(*context, *q, *writer));
  }
};

class FakeDatasetService : public v1::DatasetService::Service {
 public:
  using UploadReader = grpc::ServerReader<v1::UploadDatasetRequest>;

  Script<v1::CreateDatasetRequest, v1::Dataset> create;
  Script<v1::GetDatasetRequest, v1::Dataset> get;
  Script<v1::ListDatasetFindingsRequest, v1::ListDatasetFindingsResponse>
      list_findings;
  std::function<absl::Status(UploadReader&, v1::Dataset&)> upload;

  grpc::Status CreateDataset(grpc::ServerContext*,
                             const v1::CreateDatasetRequest* q,
                             v1::Dataset* a) override {
    return Answer(create, *q, *a);
  }
  grpc::Status GetDataset(grpc::ServerContext*, const v1::GetDatasetRequest* q,
                          v1::Dataset* a) override {
    return Answer(get, *q, *a);
  }
  grpc::Status ListDatasetFindings(
      grpc::ServerContext*, const v1::ListDatasetFindingsRequest* q,
      v1::ListDatasetFindingsResponse* a) override {
    return Answer(list_findings, *q, *a);
  }
  grpc::Status UploadDataset(grpc::ServerContext*, UploadReader* reader,
                             v1::Dataset* a) override {
    return ToGrpcStatus(upload(*reader, *a));
  }
};

class FakeModelService : public v1::ModelService::Service {
 public:
  using DownloadWriter = grpc::ServerWriter<v1::DownloadModelResponse>;

  Script<v1::ImportModelRequest, v1::Model> import;
  Script<v1::GetModelRequest, v1::Model> get;
  std::function<absl::Status(const v1::DownloadModelRequest&, DownloadWriter&)>
      download;

  grpc::Status ImportModel(grpc::ServerContext*,
                           const v1::ImportModelRequest* q,
                           v1::Model* a) override {
    return Answer(import, *q, *a);
  }
  grpc::Status GetModel(grpc::ServerContext*, const v1::GetModelRequest* q,
                        v1::Model* a) override {
    return Answer(get, *q, *a);
  }
  grpc::Status DownloadModel(grpc::ServerContext*,
                             const v1::DownloadModelRequest* q,
                             DownloadWriter* writer) override {
    return ToGrpcStatus(download(*q, *writer));
  }
};

class FakeWorkerService : public v1::WorkerService::Service {
 public:
  Script<v1::ListWorkersRequest, v1::ListWorkersResponse> list;
  Script<v1::DrainWorkerRequest, v1::Worker> drain;
  Script<v1::ResumeWorkerRequest, v1::Worker> resume;

  grpc::Status ListWorkers(grpc::ServerContext*,
                           const v1::ListWorkersRequest* q,
                           v1::ListWorkersResponse* a) override {
    return Answer(list, *q, *a);
  }
  grpc::Status DrainWorker(grpc::ServerContext*,
                           const v1::DrainWorkerRequest* q,
                           v1::Worker* a) override {
    return Answer(drain, *q, *a);
  }
  grpc::Status ResumeWorker(grpc::ServerContext*,
                            const v1::ResumeWorkerRequest* q,
                            v1::Worker* a) override {
    return Answer(resume, *q, *a);
  }
};

class FakePredictionService : public v1::PredictionService::Service {
 public:
  using Stream =
      grpc::ServerReaderWriter<v1::PredictResponse, v1::PredictRequest>;

  std::function<absl::Status(Stream&)> predict;

  grpc::Status PredictStream(grpc::ServerContext*, Stream* stream) override {
    return ToGrpcStatus(predict(*stream));
  }
};

class FakeStorageService : public v1::StorageService::Service {
 public:
  Script<v1::GetStorageRequest, v1::Storage> get;
  Script<v1::ListStoredItemsRequest, v1::ListStoredItemsResponse> list;
  Script<v1::PruneStorageRequest, v1::PruneStorageResponse> prune;

  grpc::Status GetStorage(grpc::ServerContext*, const v1::GetStorageRequest* q,
                          v1::Storage* a) override {
    return Answer(get, *q, *a);
  }
  grpc::Status ListStoredItems(grpc::ServerContext*,
                               const v1::ListStoredItemsRequest* q,
                               v1::ListStoredItemsResponse* a) override {
    return Answer(list, *q, *a);
  }
  grpc::Status PruneStorage(grpc::ServerContext*,
                            const v1::PruneStorageRequest* q,
                            v1::PruneStorageResponse* a) override {
    return Answer(prune, *q, *a);
  }
};

class FakeAuditService : public v1::AuditService::Service {
 public:
  Script<v1::ListAuditRecordsRequest, v1::ListAuditRecordsResponse> list;

  grpc::Status ListAuditRecords(grpc::ServerContext*,
                                const v1::ListAuditRecordsRequest* q,
                                v1::ListAuditRecordsResponse* a) override {
    return Answer(list, *q, *a);
  }
};

// The public API on an ephemeral loopback port, answering by script.
class FakeServer {
 public:
  FakeServer() {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port);
    builder.RegisterService(&jobs);
    builder.RegisterService(&datasets);
    builder.RegisterService(&models);
    builder.RegisterService(&predictions);
    builder.RegisterService(&workers);
    builder.RegisterService(&storage);
    builder.RegisterService(&audit);
    server_ = builder.BuildAndStart();
    address_ = absl::StrCat("127.0.0.1:", port);
  }
  ~FakeServer() { server_->Shutdown(std::chrono::system_clock::now()); }

  const std::string& address() const { return address_; }

  FakeJobService jobs;
  FakeDatasetService datasets;
  FakeModelService models;
  FakePredictionService predictions;
  FakeWorkerService workers;
  FakeStorageService storage;
  FakeAuditService audit;

 private:
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace tunesmith::testing

#endif  // TUNESMITH_TESTS_CLIENT_FAKE_SERVER_H_
