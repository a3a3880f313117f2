#ifndef TUNESMITH_SERVER_TRANSPORT_H_
#define TUNESMITH_SERVER_TRANSPORT_H_

#include "grpcpp/server_builder.h"

namespace tunesmith::server {

// What peers may do to the server below its services: limits for memory,
// streams, headers, pings and time. The numbers and their reasons are in the
// source.
//
// What gRPC 1.51 has no limit for is the Door's to bound: connections, headers
// that never end, and the time that a message takes to arrive. The last one
// only for a connection as a whole, and beyond a MiB: one that goes on with
// other messages may leave one unfinished, whose memory is bounded here.
void ConfigureTransport(grpc::ServerBuilder& builder);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_TRANSPORT_H_
