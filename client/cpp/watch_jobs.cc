#include "client/cpp/watch_jobs.h"

#include <optional>

#include "client/cpp/backoff.h"
#include "grpcpp/client_context.h"
#include "proto/contract/rpc/grpc_status.h"

namespace tunesmith::client {
namespace {

// Whether anything came.
struct Followed {
  absl::Status status;
  bool in_contact = false;
};

Followed FollowOneStream(Client& client, const v1::WatchJobsRequest& request,
                         const WatchJobsOptions& options) {
  Followed followed;
  grpc::ClientContext context;
  Cancellation::Registration registration(client.cancellation(), context);
  auto reader = client.jobs().WatchJobs(&context, request);
  v1::WatchJobsResponse response;
  while (reader->Read(&response)) {
    followed.in_contact = true;
    if (options.on_response) options.on_response(response);
  }
  followed.status = FromGrpcStatus(reader->Finish());
  return followed;
}

}  // namespace

absl::Status WatchJobs(Client& client, const v1::WatchJobsRequest& request,
                       const WatchJobsOptions& options) {
  Backoff first_contact(client.options().retry);
  Backoff resume(client.options().resume);
  bool in_contact = false;
  while (true) {
    Followed followed = FollowOneStream(client, request, options);
    if (followed.in_contact) {
      in_contact = true;
      resume.Reset();
    }
    if (!absl::IsUnavailable(followed.status)) return followed.status;
    std::optional<absl::Duration> delay =
        (in_contact ? resume : first_contact).Next();
    if (!delay.has_value()) return followed.status;
    if (options.on_interruption) options.on_interruption(followed.status);
    if (!client.pause().For(*delay, client.cancellation())) {
      return absl::CancelledError("interrupted");
    }
  }
}

}  // namespace tunesmith::client
