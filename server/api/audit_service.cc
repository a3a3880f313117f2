#include "server/api/audit_service.h"

#include <string>
#include <utility>
#include <vector>

#include "proto/contract/base/status_macros.h"
#include "server/api/answer.h"
#include "server/api/identity.h"
#include "server/api/listing.h"
#include "server/api/request_check.h"
#include "server/lifecycle/audit_table.h"

namespace tunesmith::server {

grpc::ServerUnaryReactor* AuditService::ListAuditRecords(
    grpc::CallbackServerContext* context,
    const v1::ListAuditRecordsRequest* request,
    v1::ListAuditRecordsResponse* response) {
  RequestCheck check;
  int limit = check.PageSize(request->page_size(), 50, 500);
  Listing listing = ListingOf("ListAuditRecords", *request);
  absl::StatusOr<int64_t> before =
      ParseNumberToken(listing, request->page_token(), kNewest);
  absl::Status status = check.ToStatus();
  if (status.ok()) status = before.status();
  if (!status.ok()) return AnswerNow(context, status);
  return AnswerFromRead(
      context, api_,
      [tenant = TenantOf(*context), resource = request->resource(), listing,
       before = *before, limit, response](Connection& db) -> absl::Status {
        TUNESMITH_ASSIGN_OR_RETURN(
            std::vector<AuditRow> rows,
            AuditTable::List(db, tenant, resource, before, limit + 1));
        response->set_next_page_token(FillPage(rows, limit, listing,
                                               &AuditRow::record,
                                               response->mutable_records()));
        return absl::OkStatus();
      });
}

}  // namespace tunesmith::server
