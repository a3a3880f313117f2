#ifndef TUNESMITH_CLIENT_CPP_UNARY_CALL_H_
#define TUNESMITH_CLIENT_CPP_UNARY_CALL_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "client/cpp/client.h"
#include "grpcpp/client_context.h"
#include "proto/contract/rpc/grpc_status.h"

namespace tunesmith::client {

template <class Stub, class Request, class Response>
using StubMethod = grpc::Status (Stub::*)(grpc::ClientContext*, const Request&,
                                          Response*);

// One try of a call that answers once, for at most `timeout`.
template <class Stub, class Request, class Response>
absl::StatusOr<Response> CallOnce(Client& client, Stub& stub,
                                  StubMethod<Stub, Request, Response> method,
                                  const Request& request,
                                  absl::Duration timeout) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  Cancellation::Registration registration(client.cancellation(), context);
  Response response;
  grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return FromGrpcStatus(status);
  return response;
}

// The same for the usual time.
template <class Stub, class Request, class Response>
absl::StatusOr<Response> CallOnce(Client& client, Stub& stub,
                                  StubMethod<Stub, Request, Response> method,
                                  const Request& request) {
  return CallOnce(client, stub, method, request, client.options().call_timeout);
}

// As CallOnce, and again after UNAVAILABLE: for idempotent calls only.
template <class Stub, class Request, class Response>
absl::StatusOr<Response> CallIdempotent(
    Client& client, Stub& stub, StubMethod<Stub, Request, Response> method,
    const Request& request, absl::Duration timeout) {
  absl::StatusOr<Response> response;
  absl::Status status = client.Retry([&] {
    response = CallOnce(client, stub, method, request, timeout);
    return response.status();
  });
  if (!status.ok()) return status;
  return response;
}

template <class Stub, class Request, class Response>
absl::StatusOr<Response> CallIdempotent(
    Client& client, Stub& stub, StubMethod<Stub, Request, Response> method,
    const Request& request) {
  return CallIdempotent(client, stub, method, request,
                        client.options().call_timeout);
}

}  // namespace tunesmith::client

#endif  // TUNESMITH_CLIENT_CPP_UNARY_CALL_H_
