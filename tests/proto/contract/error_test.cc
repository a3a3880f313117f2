#include "proto/contract/error.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"

namespace tunesmith {
namespace {

using ::testing::EndsWith;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Not;

// The detail of type T; fails the test when there is none.
template <typename T>
T DetailOf(const google::rpc::Status& status) {
  T detail;
  for (const google::protobuf::Any& any : status.details()) {
    if (any.UnpackTo(&detail)) return detail;
  }
  ADD_FAILURE() << "no " << detail.GetTypeName();
  return detail;
}

// Over the wire and back.
absl::Status RoundTrip(const absl::Status& status) {
  google::rpc::Status received;
  EXPECT_TRUE(
      received.ParseFromString(ToRpcStatus(status).SerializeAsString()));
  return FromRpcStatus(received);
}

TEST(ErrorTest, RoundTripKeepsCodeMessageAndReason) {
  absl::Status status = MakeError(absl::StatusCode::kAborted,
                                  v1::ERROR_REASON_FENCED, "lease is lost");
  absl::Status back = RoundTrip(status);
  EXPECT_EQ(back, status);
  EXPECT_EQ(ErrorReasonOf(back), v1::ERROR_REASON_FENCED);
}

TEST(ErrorTest, RoundTripKeepsDetails) {
  absl::Status back = RoundTrip(InvalidFieldsError({{"a.b", "too small"}}));
  auto bad = DetailOf<google::rpc::BadRequest>(ToRpcStatus(back));
  ASSERT_EQ(bad.field_violations_size(), 1);
  EXPECT_EQ(bad.field_violations(0).field(), "a.b");
  EXPECT_EQ(bad.field_violations(0).description(), "too small");
}

TEST(ErrorTest, OkRoundTrips) { EXPECT_TRUE(RoundTrip(absl::OkStatus()).ok()); }

TEST(ErrorTest, ErrorInfoCarriesDomainAndReasonWithoutPrefix) {
  auto info = DetailOf<google::rpc::ErrorInfo>(ToRpcStatus(MakeError(
      absl::StatusCode::kNotFound, v1::ERROR_REASON_PATH_NOT_FOUND, "x")));
  EXPECT_EQ(info.domain(), "tunesmith");
  EXPECT_EQ(info.reason(), "PATH_NOT_FOUND");
}

TEST(ErrorTest, ReasonOfAnotherDomainIsKeptAsADetailOnly) {
  google::rpc::Status status;
  status.set_code(5);
  google::rpc::ErrorInfo info;
  info.set_domain("elsewhere");
  info.set_reason("FENCED");
  status.add_details()->PackFrom(info);
  absl::Status back = FromRpcStatus(status);
  EXPECT_EQ(ErrorReasonOf(back), v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(ToRpcStatus(back)).domain(),
            "elsewhere");
}

TEST(ErrorTest, UnknownReasonHasAName) {
  EXPECT_EQ(ErrorReasonName(static_cast<v1::ErrorReason>(9999)), "UNSPECIFIED");
}

TEST(ErrorTest, UnknownCodeIsAnError) {
  google::rpc::Status status;
  status.set_code(-7);
  EXPECT_EQ(FromRpcStatus(status).code(), absl::StatusCode::kUnknown);
}

TEST(ErrorTest, MessageThatIsNotUtf8StillArrives) {
  absl::Status back = RoundTrip(absl::DataLossError("bad byte: \xff."));
  EXPECT_EQ(std::string(back.message()), "bad byte: \xEF\xBF\xBD.");
}

TEST(ErrorTest, AllViolationsAreInTheMessage) {
  absl::Status status = InvalidFieldsError({{"a", "x"}, {"b", "y"}});
  EXPECT_THAT(std::string(status.message()), Eq("a: x; b: y"));
  EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_INVALID_FIELD);
}

TEST(ErrorTest, ManyViolationsAreCutAndCounted) {
  std::vector<FieldViolation> many(40, {"field", "wrong"});
  absl::Status status = InvalidFieldsError(many);
  EXPECT_THAT(std::string(status.message()), EndsWith("; and 8 more"));
  EXPECT_EQ(DetailOf<google::rpc::BadRequest>(ToRpcStatus(status))
                .field_violations_size(),
            32);
}

TEST(ErrorTest, HugeViolationIsCutAtACharacter) {
  std::string description;
  for (int i = 0; i < 5000; ++i) description += "\xC3\xA9";
  absl::Status status =
      InvalidFieldsError({{"f", "x" + description}, {"g", "y"}});
  EXPECT_THAT(std::string(status.message()), EndsWith("; and 1 more"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("\xEF\xBF\xBD")));
  EXPECT_LT(status.message().size(), 4200);
}

TEST(ErrorTest, NotFoundNamesTheResourceAndTheHint) {
  absl::Status status =
      ResourceNotFoundError("model", "models/brt", "did you mean models/bert?");
  EXPECT_EQ(std::string(status.message()),
            "unknown model: models/brt (did you mean models/bert?)");
  auto info = DetailOf<google::rpc::ResourceInfo>(ToRpcStatus(status));
  EXPECT_EQ(info.resource_name(), "models/brt");
}

TEST(ErrorTest, QuotaErrorSaysWhenToTryAgain) {
  google::rpc::Status status = ToRpcStatus(QuotaError(
      v1::ERROR_REASON_QUEUE_FULL, "jobs", "full", absl::Milliseconds(1500)));
  auto retry = DetailOf<google::rpc::RetryInfo>(status);
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 500000000);
}

TEST(ErrorTest, IllegalTransitionNamesStateAndAction) {
  absl::Status status = IllegalTransitionError("jobs/a", "FAILED", "cancel");
  EXPECT_EQ(std::string(status.message()),
            "cannot cancel jobs/a in state FAILED");
  EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_ILLEGAL_TRANSITION);
}

TEST(ReasonTest, ContextKeepsReasonAndDetails) {
  absl::Status status =
      WithContext(InvalidFieldsError({{"a", "x"}}), "reading the spec");
  EXPECT_EQ(std::string(status.message()), "reading the spec: a: x");
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELD");
  EXPECT_EQ(DetailOf<google::rpc::BadRequest>(ToRpcStatus(status))
                .field_violations_size(),
            1);
}

TEST(ReasonTest, ContextOfOkIsOk) {
  EXPECT_TRUE(WithContext(absl::OkStatus(), "x").ok());
  EXPECT_EQ(ReasonOf(absl::InternalError("x")), "");
}

}  // namespace
}  // namespace tunesmith
