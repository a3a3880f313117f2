#include "server/api/answer.h"

#include <chrono>
#include <string>
#include <utility>

#include "proto/contract/base/reason.h"
#include "proto/contract/error.h"
#include "proto/contract/rpc/grpc_status.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

absl::Status OverError() {
  return absl::CancelledError("nobody waits for the answer");
}

}  // namespace

grpc::Status ToAnswer(const absl::Status& status) {
  if (status.ok() || !ReasonOf(status).empty()) return ToGrpcStatus(status);
  // Nobody reads it.
  if (absl::IsCancelled(status)) return grpc::Status::CANCELLED;
  if (status.code() == absl::StatusCode::kUnavailable) {
    return ToGrpcStatus(UnavailableError(v1::ERROR_REASON_STORE_UNAVAILABLE,
                                         std::string(status.message()),
                                         absl::Seconds(1)));
  }
  spdlog::error("call failed error=\"{}\"", status.ToString());
  return ToGrpcStatus(MakeError(status.code(), v1::ERROR_REASON_INTERNAL,
                                std::string(status.message())));
}

bool IsOver(const grpc::CallbackServerContext& context) {
  return context.IsCancelled() ||
         context.deadline() <= std::chrono::system_clock::now();
}

absl::Status CheckNotDraining(const ApiContext& api) {
  if (!api.draining->load()) return absl::OkStatus();
  return UnavailableError(v1::ERROR_REASON_DRAINING,
                          "the server is stopping; try again",
                          absl::Seconds(1));
}

grpc::ServerUnaryReactor* AnswerNow(grpc::CallbackServerContext* context,
                                    const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToAnswer(status));
  return reactor;
}

grpc::ServerUnaryReactor* AnswerFromRead(
    grpc::CallbackServerContext* context, const ApiContext& api,
    absl::AnyInvocable<absl::Status(Connection&)> read) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  api.store->Read(
      [context, reactor, read = std::move(read)](Connection& db) mutable {
        reactor->Finish(ToAnswer(IsOver(*context) ? OverError() : read(db)));
      });
  return reactor;
}

grpc::ServerUnaryReactor* AnswerFromWrite(grpc::CallbackServerContext* context,
                                          const ApiContext& api,
                                          Store::WriteFn write) {
  if (absl::Status status = CheckNotDraining(api); !status.ok()) {
    return AnswerNow(context, status);
  }
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  api.store->Write(
      [context, write = std::move(write)](Transaction& tx) mutable {
        return IsOver(*context) ? OverError() : write(tx);
      },
      [reactor](absl::Status status) { reactor->Finish(ToAnswer(status)); });
  return reactor;
}

}  // namespace tunesmith::server
