#ifndef TUNESMITH_PROTO_CONTRACT_RPC_GRPC_STATUS_H_
#define TUNESMITH_PROTO_CONTRACT_RPC_GRPC_STATUS_H_

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace tunesmith {

// To and from gRPC, with code, message, reason and details
// (`grpc-status-details-bin`). Peers refuse large headers: beyond 7 KiB the
// message is cut and the last details are left out, ErrorInfo never.
grpc::Status ToGrpcStatus(const absl::Status& status);
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_RPC_GRPC_STATUS_H_
