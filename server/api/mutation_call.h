#ifndef TUNESMITH_SERVER_API_MUTATION_CALL_H_
#define TUNESMITH_SERVER_API_MUTATION_CALL_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/empty.pb.h"
#include "server/api/answer.h"
#include "server/api/context.h"
#include "server/api/identity.h"
#include "server/lifecycle/mutation.h"

namespace tunesmith::server {

// A response that has nothing to be completed.
struct NothingToComplete {
  template <typename Response>
  absl::Status operator()(Connection&, Response&) const {
    return absl::OkStatus();
  }
};

// Answers a call that changes something, once for each request id and with an
// audit record; see AnswerOnce. `change` takes a Transaction& and returns
// StatusOr<Response>; `complete` adds to the response, also to an earlier one
// that is given again, what is not stored. Every change by a client comes
// through here or, where bytes come first, through server/api/record_intake.h.
template <typename Request, typename Response, typename Change,
          typename Complete = NothingToComplete>
grpc::ServerUnaryReactor* AnswerMutation(grpc::CallbackServerContext* context,
                                         const ApiContext& api,
                                         const Request* request,
                                         Response* response, Change change,
                                         Complete complete = {}) {
  return AnswerFromWrite(
      context, api,
      [mutation = MutationOf(CallerOf(*context), *request), response,
       change = std::move(change),
       complete](Transaction& tx) mutable -> absl::Status {
        TUNESMITH_ASSIGN_OR_RETURN(
            *response,
            AnswerOnce<Response>(tx, mutation, [&] { return change(tx); }));
        return complete(tx.db(), *response);
      });
}

// The answer of a change that has nothing to say.
inline absl::StatusOr<google::protobuf::Empty> EmptyAnswer(
    const absl::Status& status) {
  if (!status.ok()) return status;
  return google::protobuf::Empty();
}

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_MUTATION_CALL_H_
