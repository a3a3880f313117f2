#ifndef TUNESMITH_SERVER_API_ANSWER_H_
#define TUNESMITH_SERVER_API_ANSWER_H_

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "server/api/context.h"
#include "server/store/store.h"

// Ways to answer a call with one response without holding up gRPC's threads.
// Request and response live until the call is finished, so the closures may
// point to them.

namespace tunesmith::server {

// As the client gets it: an error without a reason is a defect or the store's,
// and gets that reason; defects are logged here.
grpc::Status ToAnswer(const absl::Status& status);

// Whether nobody waits for a call's answer any more: it was cancelled, or its
// deadline has passed. What is queued for such calls is dropped before it runs,
// so that a flood of impatient ones keeps nobody else waiting.
bool IsOver(const grpc::CallbackServerContext& context);

// UNAVAILABLE (DRAINING) once the server stops.
absl::Status CheckNotDraining(const ApiContext& api);

// Answers at once.
grpc::ServerUnaryReactor* AnswerNow(grpc::CallbackServerContext* context,
                                    const absl::Status& status);

// Answers with what `read` returns; it fills the response. Not run for a call
// that is over by then.
grpc::ServerUnaryReactor* AnswerFromRead(
    grpc::CallbackServerContext* context, const ApiContext& api,
    absl::AnyInvocable<absl::Status(Connection&)> read);

// Answers once `write` is on disk, or with its error. Not run for a call that
// is over by then.
grpc::ServerUnaryReactor* AnswerFromWrite(grpc::CallbackServerContext* context,
                                          const ApiContext& api,
                                          Store::WriteFn write);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_ANSWER_H_
