#ifndef TUNESMITH_SERVER_API_MODEL_SERVICE_H_
#define TUNESMITH_SERVER_API_MODEL_SERVICE_H_

#include "server/api/context.h"
#include "tunesmith/v1/model_service.grpc.pb.h"

namespace tunesmith::server {

// tunesmith.v1.ModelService. Thread-safe; no method blocks.
class ModelService final : public v1::ModelService::CallbackService {
 public:
  explicit ModelService(const ApiContext& api) : api_(api) {}

  grpc::ServerUnaryReactor* ImportModel(grpc::CallbackServerContext* context,
                                        const v1::ImportModelRequest* request,
                                        v1::Model* response) override;
  grpc::ServerUnaryReactor* GetModel(grpc::CallbackServerContext* context,
                                     const v1::GetModelRequest* request,
                                     v1::Model* response) override;
  grpc::ServerUnaryReactor* ListModels(
      grpc::CallbackServerContext* context,
      const v1::ListModelsRequest* request,
      v1::ListModelsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteModel(
      grpc::CallbackServerContext* context,
      const v1::DeleteModelRequest* request,
      google::protobuf::Empty* response) override;
  grpc::ServerWriteReactor<v1::DownloadModelResponse>* DownloadModel(
      grpc::CallbackServerContext* context,
      const v1::DownloadModelRequest* request) override;
  grpc::ServerUnaryReactor* ListModelParameters(
      grpc::CallbackServerContext* context,
      const v1::ListModelParametersRequest* request,
      v1::ListModelParametersResponse* response) override;

 private:
  const ApiContext api_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_MODEL_SERVICE_H_
