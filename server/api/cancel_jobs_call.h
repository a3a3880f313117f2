#ifndef TUNESMITH_SERVER_API_CANCEL_JOBS_CALL_H_
#define TUNESMITH_SERVER_API_CANCEL_JOBS_CALL_H_

#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "server/api/context.h"
#include "tunesmith/v1/job_service.pb.h"

namespace tunesmith::server {

// Answers a CancelJobs call: finds the jobs on a reader, then cancels them in
// one write.
grpc::ServerUnaryReactor* AnswerCancelJobs(grpc::CallbackServerContext* context,
                                           const ApiContext& api,
                                           const v1::CancelJobsRequest* request,
                                           v1::CancelJobsResponse* response);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_CANCEL_JOBS_CALL_H_
