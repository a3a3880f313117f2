#ifndef TUNESMITH_SERVER_API_JOB_SERVICE_H_
#define TUNESMITH_SERVER_API_JOB_SERVICE_H_

#include "server/api/context.h"
#include "tunesmith/v1/job_service.grpc.pb.h"

namespace tunesmith::server {

// tunesmith.v1.JobService. Thread-safe; no method blocks.
class JobService final : public v1::JobService::CallbackService {
 public:
  explicit JobService(const ApiContext& api) : api_(api) {}

  grpc::ServerUnaryReactor* CreateJob(grpc::CallbackServerContext* context,
                                      const v1::CreateJobRequest* request,
                                      v1::CreateJobResponse* response) override;
  grpc::ServerUnaryReactor* GetJob(grpc::CallbackServerContext* context,
                                   const v1::GetJobRequest* request,
                                   v1::Job* response) override;
  grpc::ServerUnaryReactor* ListJobs(grpc::CallbackServerContext* context,
                                     const v1::ListJobsRequest* request,
                                     v1::ListJobsResponse* response) override;
  grpc::ServerUnaryReactor* UpdateJob(grpc::CallbackServerContext* context,
                                      const v1::UpdateJobRequest* request,
                                      v1::Job* response) override;
  grpc::ServerUnaryReactor* RetryJob(grpc::CallbackServerContext* context,
                                     const v1::RetryJobRequest* request,
                                     v1::Job* response) override;
  grpc::ServerUnaryReactor* CancelJobs(
      grpc::CallbackServerContext* context,
      const v1::CancelJobsRequest* request,
      v1::CancelJobsResponse* response) override;
  grpc::ServerUnaryReactor* CancelJob(grpc::CallbackServerContext* context,
                                      const v1::CancelJobRequest* request,
                                      v1::Job* response) override;
  grpc::ServerUnaryReactor* PauseJob(grpc::CallbackServerContext* context,
                                     const v1::PauseJobRequest* request,
                                     v1::Job* response) override;
  grpc::ServerUnaryReactor* ResumeJob(grpc::CallbackServerContext* context,
                                      const v1::ResumeJobRequest* request,
                                      v1::Job* response) override;
  grpc::ServerUnaryReactor* ForkJob(grpc::CallbackServerContext* context,
                                    const v1::ForkJobRequest* request,
                                    v1::Job* response) override;
  grpc::ServerUnaryReactor* VerifyJob(grpc::CallbackServerContext* context,
                                      const v1::VerifyJobRequest* request,
                                      v1::Job* response) override;
  grpc::ServerUnaryReactor* ReproduceJob(grpc::CallbackServerContext* context,
                                         const v1::ReproduceJobRequest* request,
                                         v1::Job* response) override;
  grpc::ServerUnaryReactor* ListCheckpoints(
      grpc::CallbackServerContext* context,
      const v1::ListCheckpointsRequest* request,
      v1::ListCheckpointsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteJob(
      grpc::CallbackServerContext* context, const v1::DeleteJobRequest* request,
      google::protobuf::Empty* response) override;
  grpc::ServerWriteReactor<v1::WatchJobResponse>* WatchJob(
      grpc::CallbackServerContext* context,
      const v1::WatchJobRequest* request) override;
  grpc::ServerWriteReactor<v1::WatchJobsResponse>* WatchJobs(
      grpc::CallbackServerContext* context,
      const v1::WatchJobsRequest* request) override;
  grpc::ServerUnaryReactor* ListJobEvents(
      grpc::CallbackServerContext* context,
      const v1::ListJobEventsRequest* request,
      v1::ListJobEventsResponse* response) override;
  grpc::ServerUnaryReactor* ListMetrics(
      grpc::CallbackServerContext* context,
      const v1::ListMetricsRequest* request,
      v1::ListMetricsResponse* response) override;
  grpc::ServerUnaryReactor* PreviewFreeze(
      grpc::CallbackServerContext* context,
      const v1::PreviewFreezeRequest* request,
      v1::PreviewFreezeResponse* response) override;
  grpc::ServerUnaryReactor* PreviewAugmentation(
      grpc::CallbackServerContext* context,
      const v1::PreviewAugmentationRequest* request,
      v1::PreviewAugmentationResponse* response) override;

 private:
  // Answers with the job that `change` leaves, one of the functions of
  // server/lifecycle/job_commands.h.
  template <typename Request>
  grpc::ServerUnaryReactor* ChangeJob(
      absl::StatusOr<v1::Job> (*change)(Transaction&, const LifecycleContext&,
                                        const std::string& tenant,
                                        const Request&),
      grpc::CallbackServerContext* context, const Request* request,
      v1::Job* response);

  const ApiContext api_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_JOB_SERVICE_H_
