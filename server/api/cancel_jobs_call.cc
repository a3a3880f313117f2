#include "server/api/cancel_jobs_call.h"

#include <string>
#include <utility>

#include "proto/contract/base/status_macros.h"
#include "server/api/answer.h"
#include "server/api/identity.h"
#include "server/api/jobs_query.h"
#include "server/api/request_check.h"
#include "server/lifecycle/cancel_jobs.h"
#include "server/lifecycle/mutation.h"

namespace tunesmith::server {
namespace {

absl::Status CheckCall(const v1::CancelJobsRequest& request) {
  TUNESMITH_RETURN_IF_ERROR(CheckCancelJobs(request));
  RequestCheck check;
  CheckJobFilter("filter", request.filter(), check);
  return check.ToStatus();
}

void CancelFound(const ApiContext& api, Mutation mutation, CancellableJobs jobs,
                 v1::CancelJobsResponse* response,
                 grpc::ServerUnaryReactor* reactor) {
  api.store->Write(
      [lifecycle = api.lifecycle, mutation = std::move(mutation),
       jobs = std::move(jobs), response](Transaction& tx) -> absl::Status {
        TUNESMITH_ASSIGN_OR_RETURN(
            *response, AnswerOnce<v1::CancelJobsResponse>(tx, mutation, [&] {
              return CancelJobs(tx, lifecycle, jobs);
            }));
        return absl::OkStatus();
      },
      [reactor](absl::Status status) { reactor->Finish(ToAnswer(status)); });
}

}  // namespace

grpc::ServerUnaryReactor* AnswerCancelJobs(grpc::CallbackServerContext* context,
                                           const ApiContext& api,
                                           const v1::CancelJobsRequest* request,
                                           v1::CancelJobsResponse* response) {
  absl::Status status = CheckCall(*request);
  if (status.ok()) status = CheckNotDraining(api);
  if (!status.ok()) return AnswerNow(context, status);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  api.store->Read([api, mutation = MutationOf(CallerOf(*context), *request),
                   request, response, reactor](Connection& db) mutable {
    // What a repeated call names may be gone by now.
    auto earlier = RecallAnswer<v1::CancelJobsResponse>(db, mutation);
    if (earlier.ok() && earlier->has_value()) {
      *response = **std::move(earlier);
      reactor->Finish(grpc::Status::OK);
      return;
    }
    absl::StatusOr<CancellableJobs> jobs =
        FindCancellableJobs(db, mutation.caller.tenant, *request);
    if (!jobs.ok()) {
      reactor->Finish(ToAnswer(jobs.status()));
      return;
    }
    if (request->validate_only()) {
      *response->mutable_names() = {jobs->names.begin(), jobs->names.end()};
      response->set_more(jobs->more);
      reactor->Finish(grpc::Status::OK);
      return;
    }
    CancelFound(api, std::move(mutation), *std::move(jobs), response, reactor);
  });
  return reactor;
}

}  // namespace tunesmith::server
