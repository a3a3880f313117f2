#include "server/guard/request_rules.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/error.h"
#include "proto/contract/public_services.h"
#include "tunesmith/v1/job_service.pb.h"
#include "tunesmith/v1/model_service.pb.h"

namespace tunesmith::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class RequestRulesTest : public ::testing::Test {
 protected:
  // The paths that the answer to `request` names.
  std::vector<std::string> Refused(const google::protobuf::Message& request) {
    absl::Status status = rules_.Check(request);
    message_ = std::string(status.message());
    if (status.ok()) return {};
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), "INVALID_FIELD");
    std::vector<std::string> fields;
    const google::rpc::Status rpc_status = ToRpcStatus(status);
    for (const google::protobuf::Any& detail : rpc_status.details()) {
      google::rpc::BadRequest bad_request;
      if (!detail.UnpackTo(&bad_request)) continue;
      for (const auto& violation : bad_request.field_violations()) {
        fields.push_back(violation.field());
      }
    }
    return fields;
  }

  RequestRules rules_{PublicServices()};
  // Of the newest answer.
  std::string message_;
};

TEST_F(RequestRulesTest, AFieldMayHaveAsMuchAsItsLimitAndNoMore) {
  v1::CreateJobRequest request;
  request.mutable_job()->set_display_name(std::string(1024, 'x'));
  EXPECT_THAT(Refused(request), SizeIs(0));
  request.mutable_job()->set_display_name(std::string(1025, 'x'));
  EXPECT_THAT(Refused(request), ElementsAre("job.display_name"));
  EXPECT_THAT(message_, HasSubstr("must be at most 1024 bytes, got: 1025"));
}

TEST_F(RequestRulesTest, AMapHasLimitsForEntriesKeysAndValues) {
  v1::CreateJobRequest request;
  v1::Job& job = *request.mutable_job();
  (*job.mutable_labels())["team"] = std::string(3 << 20, 'x');
  EXPECT_THAT(Refused(request), ElementsAre("job.labels[\"team\"]"));
  job.clear_labels();
  (*job.mutable_labels())[std::string(400, 'k')] = "";
  EXPECT_THAT(Refused(request), SizeIs(1));
  EXPECT_THAT(message_, HasSubstr("a key must be at most 317 bytes, got: 400"));
  job.clear_labels();
  for (int i = 0; i < 65; ++i) (*job.mutable_labels())[absl::StrCat(i)] = "";
  EXPECT_THAT(Refused(request), ElementsAre("job.labels"));
  EXPECT_THAT(message_, HasSubstr("must be at most 64 entries, got: 65"));
}

TEST_F(RequestRulesTest, EntriesOfListsAreNamedByTheirIndex) {
  v1::CancelJobsRequest request;
  request.add_names("jobs/a");
  request.add_names(std::string(300, 'x'));
  EXPECT_THAT(Refused(request), ElementsAre("names[1]"));
  v1::CreateJobRequest create;
  auto& freeze = *create.mutable_job()->mutable_spec()->mutable_freeze();
  freeze.mutable_patterns()->add_frozen(std::string(2000, '*'));
  EXPECT_THAT(Refused(create),
              ElementsAre("job.spec.freeze.patterns.frozen[0]"));
}

TEST_F(RequestRulesTest, AnUnknownFieldIsRefusedWhereverItIs) {
  v1::CreateJobRequest request;
  v1::AugmentationOperation& operation = *request.mutable_job()
                                              ->mutable_spec()
                                              ->mutable_augmentation()
                                              ->add_operations();
  operation.GetReflection()->MutableUnknownFields(&operation)->AddVarint(77, 1);
  request.GetReflection()->MutableUnknownFields(&request)->AddVarint(88, 1);
  EXPECT_THAT(Refused(request),
              ElementsAre("88", "job.spec.augmentation.operations[0].77"));
  EXPECT_THAT(message_, HasSubstr("tunesmith.v1.AugmentationOperation has the "
                                  "number 77"));
}

TEST_F(RequestRulesTest, WhatIsOutputOnlyMayComeBackWithARequest) {
  v1::UpdateJobRequest request;
  v1::Job& job = *request.mutable_job();
  job.mutable_error()->set_message(std::string(9000, 'x'));
  for (int i = 0; i < 20000; ++i) job.add_lineage("models/m");
  EXPECT_THAT(Refused(request), SizeIs(0));
  job.set_etag(std::string(129, 'x'));
  EXPECT_THAT(Refused(request), ElementsAre("job.etag"));
  v1::ImportModelRequest import;
  import.mutable_model()->mutable_origin()->set_revision(std::string(257, 'x'));
  EXPECT_THAT(Refused(import), ElementsAre("model.origin.revision"));
}

TEST_F(RequestRulesTest, AnAnswerNamesSomeOfManyProblems) {
  v1::CancelJobsRequest request;
  for (int i = 0; i < 1000; ++i) request.add_names(std::string(300, 'x'));
  EXPECT_THAT(Refused(request), SizeIs(32));
}

}  // namespace
}  // namespace tunesmith::server
