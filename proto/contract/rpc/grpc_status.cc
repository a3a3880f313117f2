#include "proto/contract/rpc/grpc_status.h"

#include <string>
#include <string_view>

#include "google/rpc/status.pb.h"
#include "proto/contract/base/utf8.h"
#include "proto/contract/error.h"

namespace tunesmith {
namespace {

// Peers refuse headers of more than 8 KiB, and the message travels in two of
// them.
constexpr size_t kMaxHeaderBytes = 7 << 10;
constexpr size_t kMaxCutMessageBytes = 1 << 10;

// Size of a message as gRPC sends it: percent-encoded.
size_t EncodedSize(std::string_view message) {
  size_t size = 0;
  for (char c : message) size += c >= ' ' && c <= '~' && c != '%' ? 1 : 3;
  return size;
}

size_t HeaderSize(const google::rpc::Status& status) {
  return EncodedSize(status.message()) + status.ByteSizeLong();
}

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
  if (HeaderSize(details) > kMaxHeaderBytes) {
    size_t encoded = EncodedSize(details.message());
    if (encoded > kMaxCutMessageBytes) {
      details.set_message(std::string(CutAtCharacter(
          details.message(),
          details.message().size() * kMaxCutMessageBytes / encoded)));
    }
    // ErrorInfo is the first.
    while (HeaderSize(details) > kMaxHeaderBytes &&
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
