#include "proto/contract/field_limits.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/public_services.h"
#include "tunesmith/v1/job_service.pb.h"
#include "tunesmith/v1/prediction_service.pb.h"

namespace tunesmith {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

// Fields of requests that can hold any amount and have no limits.
class Walk {
 public:
  void Visit(const Descriptor& message) {
    if (!seen_.insert(message.full_name()).second) return;
    for (int i = 0; i < message.field_count(); ++i) {
      const FieldDescriptor& field = *message.field(i);
      if (!IsRead(field)) continue;
      if (NeedsLimits(field) && !LimitsOf(field).has_value()) {
        unlimited_.insert(field.full_name());
      }
      if (field.message_type() != nullptr && !field.is_map()) {
        Visit(*field.message_type());
      }
    }
  }

  const std::set<std::string>& seen() const { return seen_; }
  const std::set<std::string>& unlimited() const { return unlimited_; }

 private:
  std::set<std::string> seen_;
  std::set<std::string> unlimited_;
};

TEST(FieldLimitsTest, EveryFieldOfEveryRequestHasLimits) {
  Walk walk;
  for (const google::protobuf::ServiceDescriptor* service : PublicServices()) {
    for (int i = 0; i < service->method_count(); ++i) {
      walk.Visit(*service->method(i)->input_type());
    }
  }
  EXPECT_THAT(walk.unlimited(), IsEmpty())
      << "give each an entry in proto/contract/field_limits.cc";
  // The walk went where it should.
  EXPECT_THAT(walk.seen(),
              IsSupersetOf({"tunesmith.v1.FreezePolicy.Patterns",
                            "tunesmith.v1.ListAuditRecordsRequest",
                            "tunesmith.v1.Sample",
                            "tunesmith.v1.UploadDatasetRequest.Header",
                            "tunesmith.v1.DrainWorkerRequest",
                            "tunesmith.v1.PruneStorageRequest"}));
}

TEST(FieldLimitsTest, EveryServiceIsWalked) {
  std::set<std::string> files;
  for (const google::protobuf::ServiceDescriptor* service : PublicServices()) {
    EXPECT_EQ(service->file()->package(), "tunesmith.v1");
    EXPECT_EQ(service->file()->service_count(), 1);
    files.insert(service->name());
  }
  EXPECT_EQ(files.size(), PublicServices().size());
}

TEST(FieldLimitsTest, AnExactEntryComesBeforeTheConvention) {
  const Descriptor& filter = *v1::JobFilter::descriptor();
  EXPECT_EQ(LimitsOf(*filter.FindFieldByName("labels"))->max_entries, 8);
  const Descriptor& job = *v1::Job::descriptor();
  EXPECT_EQ(LimitsOf(*job.FindFieldByName("labels"))->max_entries, 64);
}

TEST(FieldLimitsTest, AConventionForATextSaysNothingOfAList) {
  const Descriptor& job = *v1::Job::descriptor();
  EXPECT_FALSE(LimitsOf(*job.FindFieldByName("lineage")).has_value());
  EXPECT_FALSE(LimitsOf(*job.FindFieldByName("evaluations")).has_value());
}

TEST(FieldLimitsTest, OutputIsNotReadButForWhatNamesTheResource) {
  const Descriptor& job = *v1::Job::descriptor();
  EXPECT_FALSE(IsRead(*job.FindFieldByName("resolved_spec")));
  EXPECT_FALSE(IsRead(*job.FindFieldByName("error")));
  EXPECT_TRUE(IsRead(*job.FindFieldByName("etag")));
  EXPECT_TRUE(IsRead(*job.FindFieldByName("spec")));
}

TEST(FieldLimitsTest, OnlyPredictionsMayBeLong) {
  EXPECT_LT(MaxMessageBytes(*v1::CreateJobRequest::descriptor()), 4u << 20);
  EXPECT_GT(MaxMessageBytes(*v1::PredictRequest::descriptor()), 32u << 20);
}

}  // namespace
}  // namespace tunesmith
