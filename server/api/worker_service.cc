#include "server/api/worker_service.h"

#include <string>
#include <utility>

#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "server/api/answer.h"
#include "server/api/listing.h"
#include "server/api/request_check.h"

namespace tunesmith::server {
namespace {

absl::Status FindWorker(const WorkerDirectory& workers,
                        const v1::GetWorkerRequest& request,
                        v1::Worker& response) {
  RequestCheck check;
  check.Name("name", ResourceKind::kWorker, request.name());
  TUNESMITH_RETURN_IF_ERROR(check.ToStatus());
  for (v1::Worker& worker : workers.List()) {
    if (worker.name() != request.name()) continue;
    response = std::move(worker);
    return absl::OkStatus();
  }
  return ResourceNotFoundError("worker", request.name());
}

absl::Status ListPage(const WorkerDirectory& workers,
                      const v1::ListWorkersRequest& request,
                      v1::ListWorkersResponse& response) {
  RequestCheck check;
  int limit = check.PageSize(request.page_size(), 50, 500);
  TUNESMITH_RETURN_IF_ERROR(check.ToStatus());
  Listing listing = ListingOf("ListWorkers", request);
  // The name of the page before's last worker: it may be gone by now.
  std::string after;
  if (!request.page_token().empty()) {
    TUNESMITH_ASSIGN_OR_RETURN(after,
                               ParsePageToken(listing, request.page_token()));
  }
  for (v1::Worker& worker : workers.List()) {
    if (worker.name() <= after) continue;
    if (response.workers_size() == limit) {
      response.set_next_page_token(
          MakePageToken(listing, response.workers(limit - 1).name()));
      break;
    }
    *response.add_workers() = std::move(worker);
  }
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* WorkerService::GetWorker(
    grpc::CallbackServerContext* context, const v1::GetWorkerRequest* request,
    v1::Worker* response) {
  return AnswerNow(context, FindWorker(*workers_, *request, *response));
}

grpc::ServerUnaryReactor* WorkerService::ListWorkers(
    grpc::CallbackServerContext* context, const v1::ListWorkersRequest* request,
    v1::ListWorkersResponse* response) {
  return AnswerNow(context, ListPage(*workers_, *request, *response));
}

}  // namespace tunesmith::server
