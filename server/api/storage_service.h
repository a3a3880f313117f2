#ifndef TUNESMITH_SERVER_API_STORAGE_SERVICE_H_
#define TUNESMITH_SERVER_API_STORAGE_SERVICE_H_

#include "server/api/context.h"
#include "tunesmith/v1/storage_service.grpc.pb.h"

namespace tunesmith::server {

// tunesmith.v1.StorageService. Thread-safe; what touches files runs on the file
// pool.
class StorageService final : public v1::StorageService::CallbackService {
 public:
  explicit StorageService(const ApiContext& api) : api_(api) {}

  grpc::ServerUnaryReactor* GetStorage(grpc::CallbackServerContext* context,
                                       const v1::GetStorageRequest* request,
                                       v1::Storage* response) override;
  grpc::ServerUnaryReactor* ListStoredItems(
      grpc::CallbackServerContext* context,
      const v1::ListStoredItemsRequest* request,
      v1::ListStoredItemsResponse* response) override;
  grpc::ServerUnaryReactor* PruneStorage(
      grpc::CallbackServerContext* context,
      const v1::PruneStorageRequest* request,
      v1::PruneStorageResponse* response) override;

 private:
  const ApiContext api_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_STORAGE_SERVICE_H_
