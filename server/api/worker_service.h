#ifndef TUNESMITH_SERVER_API_WORKER_SERVICE_H_
#define TUNESMITH_SERVER_API_WORKER_SERVICE_H_

#include "server/api/context.h"
#include "tunesmith/v1/worker_service.grpc.pb.h"

namespace tunesmith::server {

// tunesmith.v1.WorkerService. Thread-safe; no method blocks.
class WorkerService final : public v1::WorkerService::CallbackService {
 public:
  // What `api` names is not owned.
  explicit WorkerService(const ApiContext& api) : api_(api) {}

  grpc::ServerUnaryReactor* GetWorker(grpc::CallbackServerContext* context,
                                      const v1::GetWorkerRequest* request,
                                      v1::Worker* response) override;
  grpc::ServerUnaryReactor* ListWorkers(
      grpc::CallbackServerContext* context,
      const v1::ListWorkersRequest* request,
      v1::ListWorkersResponse* response) override;
  grpc::ServerUnaryReactor* DrainWorker(grpc::CallbackServerContext* context,
                                        const v1::DrainWorkerRequest* request,
                                        v1::Worker* response) override;
  grpc::ServerUnaryReactor* ResumeWorker(grpc::CallbackServerContext* context,
                                         const v1::ResumeWorkerRequest* request,
                                         v1::Worker* response) override;

 private:
  const ApiContext api_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_WORKER_SERVICE_H_
