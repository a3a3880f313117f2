#include "client/cpp/watch.h"

#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "client/cpp/backoff.h"
#include "grpcpp/client_context.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/rpc/grpc_status.h"

namespace tunesmith::client {
namespace {

// One watch over all its streams.
class JobWatcher {
 public:
  JobWatcher(Client& client, const std::string& name,
             const WatchOptions& options)
      : client_(client),
        name_(name),
        options_(options),
        cursor_(options.after_sequence),
        first_contact_(client.options().retry),
        resume_(client.options().resume) {}

  absl::Status Run() {
    while (true) {
      absl::Status status = FollowOneStream();
      if (!absl::IsUnavailable(status)) return status;
      std::optional<absl::Duration> delay =
          (in_contact_ ? resume_ : first_contact_).Next();
      if (!delay.has_value()) return status;
      if (options_.on_interruption) options_.on_interruption(status);
      if (!client_.pause().For(*delay, client_.cancellation())) {
        return absl::CancelledError("interrupted");
      }
    }
  }

 private:
  absl::Status FollowOneStream() {
    grpc::ClientContext context;
    Cancellation::Registration registration(client_.cancellation(), context);
    v1::WatchJobRequest request;
    request.set_name(name_);
    request.set_after_sequence(cursor_);
    auto reader = client_.jobs().WatchJob(&context, request);
    v1::WatchJobResponse response;
    absl::Status accepted;
    while (accepted.ok() && reader->Read(&response)) {
      accepted = Accept(response);
    }
    if (!accepted.ok()) context.TryCancel();
    grpc::Status finished = reader->Finish();
    TUNESMITH_RETURN_IF_ERROR(accepted);
    return FromGrpcStatus(finished);
  }

  absl::Status Accept(const v1::WatchJobResponse& response) {
    in_contact_ = true;
    resume_.Reset();
    if (response.has_event()) {
      int64_t sequence = response.event().sequence();
      if (sequence <= cursor_) return absl::OkStatus();
      if (sequence != cursor_ + 1) {
        return absl::DataLossError(
            absl::StrCat("the server left events out: ", sequence, " follows ",
                         cursor_, " of ", name_));
      }
      cursor_ = sequence;
    }
    if (options_.on_response) options_.on_response(response);
    return absl::OkStatus();
  }

  Client& client_;
  const std::string& name_;
  const WatchOptions& options_;
  int64_t cursor_;
  // Whether anything ever came: a server that was never there is given up on
  // sooner than one that is being restarted.
  bool in_contact_ = false;
  Backoff first_contact_;
  Backoff resume_;
};

}  // namespace

absl::Status WatchJob(Client& client, const std::string& name,
                      const WatchOptions& options) {
  return JobWatcher(client, name, options).Run();
}

}  // namespace tunesmith::client
