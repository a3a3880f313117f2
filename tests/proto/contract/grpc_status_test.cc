#include "proto/contract/rpc/grpc_status.h"

#include <string>
#include <vector>

#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "proto/contract/base/utf8.h"
#include "proto/contract/error.h"

namespace tunesmith {
namespace {

TEST(GrpcStatusTest, RoundTripKeepsEverything) {
  absl::Status status = InvalidFieldsError({{"a", "x"}, {"b", "y"}});
  EXPECT_EQ(FromGrpcStatus(ToGrpcStatus(status)), status);
}

TEST(GrpcStatusTest, OkStaysOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
}

TEST(GrpcStatusTest, StatusOfAPeerWithoutDetailsKeepsItsCode) {
  absl::Status status =
      FromGrpcStatus(grpc::Status(grpc::StatusCode::UNAVAILABLE, "no route"));
  EXPECT_EQ(status, absl::UnavailableError("no route"));
}

TEST(GrpcStatusTest, JunkDetailsAreIgnored) {
  absl::Status status = FromGrpcStatus(
      grpc::Status(grpc::StatusCode::INTERNAL, "broken", "\xff\xff"));
  EXPECT_EQ(status, absl::InternalError("broken"));
}

// What the peer's header limit sees: percent-encoded text and raw details.
size_t HeaderBytes(const grpc::Status& status) {
  size_t bytes = status.error_details().size();
  for (unsigned char c : status.error_message()) {
    bytes += c < ' ' || c > '~' || c == '%' ? 3 : 1;
  }
  return bytes;
}

TEST(GrpcStatusTest, LargestFieldErrorKeepsAllItsViolations) {
  std::vector<FieldViolation> violations(32, {"field", std::string(120, 'x')});
  grpc::Status status = ToGrpcStatus(InvalidFieldsError(violations));
  EXPECT_LT(HeaderBytes(status), 8000);
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.details_size(), 2);
}

TEST(GrpcStatusTest, LongForeignMessageIsCutAtACharacterAndKeepsItsReason) {
  std::string message;
  for (int i = 0; i < 4000; ++i) message += "\xE2\x82\xAC";
  grpc::Status status = ToGrpcStatus(MakeError(
      absl::StatusCode::kAborted, v1::ERROR_REASON_TRAINER_DIED, message));
  EXPECT_LT(HeaderBytes(status), 8000);
  EXPECT_TRUE(IsUtf8(status.error_message()));
  EXPECT_EQ(ErrorReasonOf(FromGrpcStatus(status)),
            v1::ERROR_REASON_TRAINER_DIED);
}

}  // namespace
}  // namespace tunesmith
