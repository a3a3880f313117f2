#ifndef TUNESMITH_SERVER_API_DATASET_SERVICE_H_
#define TUNESMITH_SERVER_API_DATASET_SERVICE_H_

#include "server/api/context.h"
#include "tunesmith/v1/dataset_service.grpc.pb.h"

namespace tunesmith::server {

// tunesmith.v1.DatasetService. Thread-safe; no method blocks.
class DatasetService final : public v1::DatasetService::CallbackService {
 public:
  explicit DatasetService(const ApiContext& api) : api_(api) {}

  grpc::ServerUnaryReactor* CreateDataset(
      grpc::CallbackServerContext* context,
      const v1::CreateDatasetRequest* request, v1::Dataset* response) override;
  grpc::ServerReadReactor<v1::UploadDatasetRequest>* UploadDataset(
      grpc::CallbackServerContext* context, v1::Dataset* response) override;
  grpc::ServerUnaryReactor* GetDataset(grpc::CallbackServerContext* context,
                                       const v1::GetDatasetRequest* request,
                                       v1::Dataset* response) override;
  grpc::ServerUnaryReactor* ListDatasets(
      grpc::CallbackServerContext* context,
      const v1::ListDatasetsRequest* request,
      v1::ListDatasetsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteDataset(
      grpc::CallbackServerContext* context,
      const v1::DeleteDatasetRequest* request,
      google::protobuf::Empty* response) override;
  grpc::ServerUnaryReactor* ListDatasetFindings(
      grpc::CallbackServerContext* context,
      const v1::ListDatasetFindingsRequest* request,
      v1::ListDatasetFindingsResponse* response) override;

 private:
  const ApiContext api_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_DATASET_SERVICE_H_
