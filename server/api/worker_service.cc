#include "server/api/worker_service.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "server/api/answer.h"
#include "server/api/listing.h"
#include "server/api/mutation_call.h"
#include "server/api/request_check.h"
#include "server/lifecycle/drain_commands.h"

namespace tunesmith::server {
namespace {

constexpr size_t kMaxReasonBytes = 256;
constexpr size_t kMaxRequestIdBytes = 128;

absl::StatusOr<v1::Worker> FindWorker(const WorkerDirectory& workers,
                                      const std::string& name) {
  for (v1::Worker& worker : workers.List()) {
    if (worker.name() == name) return std::move(worker);
  }
  return ResourceNotFoundError("worker", name);
}

absl::Status GetOne(const WorkerDirectory& workers,
                    const v1::GetWorkerRequest& request, v1::Worker& response) {
  RequestCheck check;
  check.Name("name", ResourceKind::kWorker, request.name());
  TUNESMITH_RETURN_IF_ERROR(check.ToStatus());
  TUNESMITH_ASSIGN_OR_RETURN(response, FindWorker(workers, request.name()));
  return absl::OkStatus();
}

void CheckLength(RequestCheck& check, const char* field,
                 const std::string& text, size_t most) {
  if (text.size() <= most) return;
  check.Add(field, absl::StrCat("must be at most ", most,
                                " bytes, got: ", text.size()));
}

absl::Status CheckDrain(const v1::DrainWorkerRequest& request) {
  RequestCheck check;
  check.Name("name", ResourceKind::kWorker, request.name());
  CheckLength(check, "reason", request.reason(), kMaxReasonBytes);
  CheckLength(check, "request_id", request.request_id(), kMaxRequestIdBytes);
  return check.ToStatus();
}

absl::Status CheckResume(const v1::ResumeWorkerRequest& request) {
  RequestCheck check;
  check.Name("name", ResourceKind::kWorker, request.name());
  CheckLength(check, "request_id", request.request_id(), kMaxRequestIdBytes);
  return check.ToStatus();
}

std::string IdOf(const std::string& name) {
  return ParseResourceName(ResourceKind::kWorker, name).value();
}

// As the worker will be once the command is on disk.
void ShowDrained(v1::Worker::Drain drain, v1::Worker& worker) {
  *worker.mutable_drain() = std::move(drain);
  if (worker.state() == v1::Worker::UNREACHABLE) return;
  const bool busy =
      std::any_of(worker.slots().begin(), worker.slots().end(),
                  [](const v1::Slot& slot) { return !slot.running().empty(); });
  worker.set_state(busy ? v1::Worker::DRAINING : v1::Worker::DRAINED);
}

void ShowResumed(v1::Worker& worker) {
  const bool kept_back =
      worker.has_drain() || worker.state() == v1::Worker::QUARANTINED;
  if (kept_back && worker.state() != v1::Worker::UNREACHABLE) {
    worker.set_state(v1::Worker::CONNECTED);
  }
  worker.clear_drain();
  if (!worker.has_health()) return;
  worker.mutable_health()->set_consecutive_failures(0);
  worker.mutable_health()->clear_resume_time();
  worker.mutable_health()->clear_message();
  worker.mutable_health()->set_probing(false);
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
  PageBytes bytes;
  for (v1::Worker& worker : workers.List()) {
    if (worker.name() <= after) continue;
    if (response.workers_size() == limit || !bytes.Take(worker)) {
      response.set_next_page_token(
          MakePageToken(listing, response.workers().rbegin()->name()));
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
  return AnswerNow(context, GetOne(*api_.workers, *request, *response));
}

grpc::ServerUnaryReactor* WorkerService::ListWorkers(
    grpc::CallbackServerContext* context, const v1::ListWorkersRequest* request,
    v1::ListWorkersResponse* response) {
  return AnswerNow(context, ListPage(*api_.workers, *request, *response));
}

grpc::ServerUnaryReactor* WorkerService::DrainWorker(
    grpc::CallbackServerContext* context, const v1::DrainWorkerRequest* request,
    v1::Worker* response) {
  if (absl::Status bad = CheckDrain(*request); !bad.ok()) {
    return AnswerNow(context, bad);
  }
  return AnswerMutation(
      context, api_, request, response,
      [this, request](Transaction& tx) -> absl::StatusOr<v1::Worker> {
        TUNESMITH_ASSIGN_OR_RETURN(v1::Worker worker,
                                   FindWorker(*api_.workers, request->name()));
        v1::Worker::Drain drain;
        drain.set_reason(request->reason());
        drain.set_finish_jobs(request->finish_jobs());
        TUNESMITH_ASSIGN_OR_RETURN(
            drain, server::DrainWorker(tx, api_.lifecycle,
                                       IdOf(request->name()), drain));
        ShowDrained(std::move(drain), worker);
        return worker;
      });
}

grpc::ServerUnaryReactor* WorkerService::ResumeWorker(
    grpc::CallbackServerContext* context,
    const v1::ResumeWorkerRequest* request, v1::Worker* response) {
  if (absl::Status bad = CheckResume(*request); !bad.ok()) {
    return AnswerNow(context, bad);
  }
  return AnswerMutation(
      context, api_, request, response,
      [this, request](Transaction& tx) -> absl::StatusOr<v1::Worker> {
        TUNESMITH_ASSIGN_OR_RETURN(v1::Worker worker,
                                   FindWorker(*api_.workers, request->name()));
        TUNESMITH_RETURN_IF_ERROR(
            server::ResumeWorker(tx, api_.lifecycle, IdOf(request->name())));
        ShowResumed(worker);
        return worker;
      });
}

}  // namespace tunesmith::server
