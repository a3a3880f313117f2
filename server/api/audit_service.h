#ifndef TUNESMITH_SERVER_API_AUDIT_SERVICE_H_
#define TUNESMITH_SERVER_API_AUDIT_SERVICE_H_

#include "server/api/context.h"
#include "tunesmith/v1/audit_service.grpc.pb.h"

namespace tunesmith::server {

// tunesmith.v1.AuditService. Thread-safe; no method blocks.
class AuditService final : public v1::AuditService::CallbackService {
 public:
  explicit AuditService(const ApiContext& api) : api_(api) {}

  grpc::ServerUnaryReactor* ListAuditRecords(
      grpc::CallbackServerContext* context,
      const v1::ListAuditRecordsRequest* request,
      v1::ListAuditRecordsResponse* response) override;

 private:
  const ApiContext api_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_AUDIT_SERVICE_H_
