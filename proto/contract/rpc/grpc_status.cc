#include "proto/contract/rpc/grpc_status.h"

#include <algorithm>
#include <string>

#include "google/rpc/status.pb.h"
#include "proto/contract/error.h"

namespace tunesmith {
namespace {

constexpr size_t kMaxDetailBytes = 6 << 10;

static_assert(static_cast<int>(absl::StatusCode::kUnauthenticated) ==
              static_cast<int>(grpc::StatusCode::UNAUTHENTICATED));
static_assert(static_cast<int>(absl::StatusCode::kDataLoss) ==
              static_cast<int>(grpc::StatusCode::DATA_LOSS));
static_assert(static_cast<int>(absl::StatusCode::kFailedPrecondition) ==
              static_cast<int>(grpc::StatusCode::FAILED_PRECONDITION));

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  google::rpc::Status details = ToRpcStatus(status);
  if (details.ByteSizeLong() > kMaxDetailBytes) {
    details.mutable_message()->resize(
        std::min<size_t>(details.message().size(), kMaxDetailBytes / 4));
    while (details.ByteSizeLong() > kMaxDetailBytes &&
           details.details_size() > 1) {
      details.mutable_details()->RemoveLast();
    }
  }
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      details.message(), details.SerializeAsString());
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  google::rpc::Status details;
  if (!status.error_details().empty() &&
      details.ParseFromString(status.error_details()) && details.code() != 0) {
    return FromRpcStatus(details);
  }
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      status.error_message());
}

}  // namespace tunesmith
