#ifndef TUNESMITH_PROTO_CONTRACT_RPC_GRPC_STATUS_H_
#define TUNESMITH_PROTO_CONTRACT_RPC_GRPC_STATUS_H_

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace tunesmith {

// To and from gRPC, with code, message, reason and details
// (`grpc-status-details-bin`). Details beyond 6 KiB are cut to ErrorInfo,
// because peers refuse larger headers.
grpc::Status ToGrpcStatus(const absl::Status& status);
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_RPC_GRPC_STATUS_H_
