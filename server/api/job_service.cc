#include "server/api/job_service.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "proto/contract/base/status_macros.h"
#include "server/api/answer.h"
#include "server/api/cancel_jobs_call.h"
#include "server/api/freeze_preview.h"
#include "server/api/identity.h"
#include "server/api/job_history.h"
#include "server/api/job_view.h"
#include "server/api/jobs_query.h"
#include "server/api/jobs_watch_reactor.h"
#include "server/api/mutation_call.h"
#include "server/api/preview_reactor.h"
#include "server/api/request_check.h"
#include "server/api/watch_reactor.h"
#include "server/lifecycle/checkpoint_table.h"
#include "server/lifecycle/job_commands.h"
#include "server/lifecycle/job_table.h"

namespace tunesmith::server {
namespace {

absl::Status CheckName(const std::string& name) {
  RequestCheck check;
  check.Name("name", ResourceKind::kJob, name);
  return check.ToStatus();
}

}  // namespace

grpc::ServerUnaryReactor* JobService::CreateJob(
    grpc::CallbackServerContext* context, const v1::CreateJobRequest* request,
    v1::CreateJobResponse* response) {
  std::string tenant = TenantOf(*context);
  if (request->validate_only()) {
    return AnswerFromRead(
        context, api_,
        [tenant, request, response](Connection& db) -> absl::Status {
          TUNESMITH_ASSIGN_OR_RETURN(*response,
                                     ValidateJob(db, tenant, *request));
          return absl::OkStatus();
        });
  }
  return AnswerMutation(
      context, api_, request, response,
      [lifecycle = api_.lifecycle, tenant, request](Transaction& tx) {
        return server::CreateJob(tx, lifecycle, tenant, *request);
      },
      [this](Connection& db, v1::CreateJobResponse& created) {
        return JobView(db, api_, absl::Now()).Complete(*created.mutable_job());
      });
}

grpc::ServerUnaryReactor* JobService::GetJob(
    grpc::CallbackServerContext* context, const v1::GetJobRequest* request,
    v1::Job* response) {
  RequestCheck check;
  std::string id = check.Name("name", ResourceKind::kJob, request->name());
  if (absl::Status status = check.ToStatus(); !status.ok()) {
    return AnswerNow(context, status);
  }
  return AnswerFromRead(
      context, api_,
      [this, tenant = TenantOf(*context), id,
       response](Connection& db) -> absl::Status {
        TUNESMITH_ASSIGN_OR_RETURN(JobRow row, JobTable::Get(db, tenant, id));
        *response = std::move(row.job);
        return JobView(db, api_, absl::Now()).Complete(*response);
      });
}

grpc::ServerUnaryReactor* JobService::ListJobs(
    grpc::CallbackServerContext* context, const v1::ListJobsRequest* request,
    v1::ListJobsResponse* response) {
  absl::StatusOr<JobsPage> page =
      CheckJobsRequest(TenantOf(*context), *request);
  if (!page.ok()) return AnswerNow(context, page.status());
  return AnswerFromRead(
      context, api_, [this, page = *std::move(page), response](Connection& db) {
        return ReadJobs(db, api_, page, *response);
      });
}

template <typename Request>
grpc::ServerUnaryReactor* JobService::ChangeJob(
    absl::StatusOr<v1::Job> (*change)(Transaction&, const LifecycleContext&,
                                      const std::string& tenant,
                                      const Request&),
    grpc::CallbackServerContext* context, const Request* request,
    v1::Job* response) {
  return AnswerMutation(
      context, api_, request, response,
      [change, lifecycle = api_.lifecycle, tenant = TenantOf(*context),
       request](Transaction& tx) {
        return change(tx, lifecycle, tenant, *request);
      },
      [this](Connection& db, v1::Job& changed) {
        return JobView(db, api_, absl::Now()).Complete(changed);
      });
}

grpc::ServerUnaryReactor* JobService::UpdateJob(
    grpc::CallbackServerContext* context, const v1::UpdateJobRequest* request,
    v1::Job* response) {
  return ChangeJob(server::UpdateJob, context, request, response);
}

grpc::ServerUnaryReactor* JobService::RetryJob(
    grpc::CallbackServerContext* context, const v1::RetryJobRequest* request,
    v1::Job* response) {
  return ChangeJob(server::RetryJob, context, request, response);
}

grpc::ServerUnaryReactor* JobService::CancelJobs(
    grpc::CallbackServerContext* context, const v1::CancelJobsRequest* request,
    v1::CancelJobsResponse* response) {
  return AnswerCancelJobs(context, api_, request, response);
}

grpc::ServerUnaryReactor* JobService::CancelJob(
    grpc::CallbackServerContext* context, const v1::CancelJobRequest* request,
    v1::Job* response) {
  return ChangeJob(server::CancelJob, context, request, response);
}

grpc::ServerUnaryReactor* JobService::PauseJob(
    grpc::CallbackServerContext* context, const v1::PauseJobRequest* request,
    v1::Job* response) {
  return ChangeJob(server::PauseJob, context, request, response);
}

grpc::ServerUnaryReactor* JobService::ResumeJob(
    grpc::CallbackServerContext* context, const v1::ResumeJobRequest* request,
    v1::Job* response) {
  return ChangeJob(server::ResumeJob, context, request, response);
}

grpc::ServerUnaryReactor* JobService::ForkJob(
    grpc::CallbackServerContext* context, const v1::ForkJobRequest* request,
    v1::Job* response) {
  return ChangeJob(server::ForkJob, context, request, response);
}

grpc::ServerUnaryReactor* JobService::VerifyJob(
    grpc::CallbackServerContext* context, const v1::VerifyJobRequest* request,
    v1::Job* response) {
  return ChangeJob(server::VerifyJob, context, request, response);
}

grpc::ServerUnaryReactor* JobService::ReproduceJob(
    grpc::CallbackServerContext* context,
    const v1::ReproduceJobRequest* request, v1::Job* response) {
  return ChangeJob(server::ReproduceJob, context, request, response);
}

grpc::ServerUnaryReactor* JobService::ListCheckpoints(
    grpc::CallbackServerContext* context,
    const v1::ListCheckpointsRequest* request,
    v1::ListCheckpointsResponse* response) {
  RequestCheck check;
  std::string id = check.Name("parent", ResourceKind::kJob, request->parent());
  if (absl::Status status = check.ToStatus(); !status.ok()) {
    return AnswerNow(context, status);
  }
  return AnswerFromRead(
      context, api_,
      [tenant = TenantOf(*context), id,
       response](Connection& db) -> absl::Status {
        TUNESMITH_ASSIGN_OR_RETURN(JobRow job, JobTable::Get(db, tenant, id));
        TUNESMITH_ASSIGN_OR_RETURN(std::vector<CheckpointRow> rows,
                                   CheckpointTable::List(db, job.key()));
        for (CheckpointRow& row : rows) {
          *response->add_checkpoints() = std::move(row.checkpoint);
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* JobService::DeleteJob(
    grpc::CallbackServerContext* context, const v1::DeleteJobRequest* request,
    google::protobuf::Empty* response) {
  if (absl::Status status = CheckName(request->name()); !status.ok()) {
    return AnswerNow(context, status);
  }
  return AnswerMutation(
      context, api_, request, response,
      [lifecycle = api_.lifecycle, tenant = TenantOf(*context),
       request](Transaction& tx) {
        return EmptyAnswer(server::DeleteJob(tx, lifecycle, tenant, *request));
      });
}

grpc::ServerWriteReactor<v1::WatchJobResponse>* JobService::WatchJob(
    grpc::CallbackServerContext* context, const v1::WatchJobRequest* request) {
  return WatchReactor::Start(api_, TenantOf(*context), *request);
}

grpc::ServerWriteReactor<v1::WatchJobsResponse>* JobService::WatchJobs(
    grpc::CallbackServerContext* context, const v1::WatchJobsRequest* request) {
  return JobsWatchReactor::Start(api_, TenantOf(*context), *request);
}

grpc::ServerUnaryReactor* JobService::ListJobEvents(
    grpc::CallbackServerContext* context,
    const v1::ListJobEventsRequest* request,
    v1::ListJobEventsResponse* response) {
  absl::StatusOr<EventsPage> page = CheckEventsRequest(*request);
  if (!page.ok()) return AnswerNow(context, page.status());
  return AnswerFromRead(
      context, api_,
      [tenant = TenantOf(*context), page = *std::move(page), response](
          Connection& db) { return ReadEvents(db, tenant, page, *response); });
}

grpc::ServerUnaryReactor* JobService::ListMetrics(
    grpc::CallbackServerContext* context, const v1::ListMetricsRequest* request,
    v1::ListMetricsResponse* response) {
  absl::StatusOr<MetricsPage> page = CheckMetricsRequest(*request);
  if (!page.ok()) return AnswerNow(context, page.status());
  return AnswerFromRead(
      context, api_,
      [tenant = TenantOf(*context), page = *std::move(page), response](
          Connection& db) { return ReadMetrics(db, tenant, page, *response); });
}

grpc::ServerUnaryReactor* JobService::PreviewFreeze(
    grpc::CallbackServerContext* context,
    const v1::PreviewFreezeRequest* request,
    v1::PreviewFreezeResponse* response) {
  if (absl::Status status = CheckPreviewRequest(*request); !status.ok()) {
    return AnswerNow(context, status);
  }
  return AnswerFromRead(context, api_,
                        [tenant = TenantOf(*context), request,
                         response](Connection& db) -> absl::Status {
                          TUNESMITH_ASSIGN_OR_RETURN(
                              *response,
                              ReadFreezePreview(db, tenant, *request));
                          return absl::OkStatus();
                        });
}

grpc::ServerUnaryReactor* JobService::PreviewAugmentation(
    grpc::CallbackServerContext* context,
    const v1::PreviewAugmentationRequest* request,
    v1::PreviewAugmentationResponse* response) {
  return PreviewReactor::Start(api_, TenantOf(*context), *request, response);
}

}  // namespace tunesmith::server
