#include "server/api/freeze_preview.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/server/jobs/random_freeze.h"
#include "tests/server/lifecycle/lifecycle_fixture.h"

namespace tunesmith::server {
namespace {

using google::protobuf::util::MessageDifferencer;

// The facts that the fixture's import reports are SampleFacts.
TEST(FreezePreviewTest, ShowsTheTableThatTheTrainerGets) {
  TestControlPlane plane;
  plane.AddInputs();
  const internal::v1::ModelFacts facts = SampleFacts();
  std::mt19937 random(3);
  for (int i = 0; i < 40; ++i) {
    const std::string id = "job-" + std::to_string(i);
    v1::CreateJobRequest request = JobRequest(id);
    v1::JobSpec& spec = *request.mutable_job()->mutable_spec();
    *spec.mutable_freeze() = RandomPolicy(facts, random);
    *spec.mutable_hyperparameters() = RandomRates(facts, random);
    SCOPED_TRACE(id + ", " + spec.ShortDebugString());

    v1::PreviewFreezeRequest preview;
    preview.set_base_model(spec.base_model());
    preview.set_label_count(2);
    *preview.mutable_freeze() = spec.freeze();
    *preview.mutable_hyperparameters() = spec.hyperparameters();
    ASSERT_TRUE(CheckPreviewRequest(preview).ok());
    auto shown = plane.Ask([&](Connection& db) {
      return ReadFreezePreview(db, TestControlPlane::kTenant, preview);
    });
    ASSERT_TRUE(shown.ok()) << shown.status();

    auto created = plane.Create(request);
    ASSERT_TRUE(created.ok()) << created.status();
    std::optional<WorkRow> row = plane.Lease(v1::Slot::TRAINING, i);
    ASSERT_TRUE(row.has_value());
    const auto& given = row->item.train().parameters();
    ASSERT_EQ(given.size(), shown->parameters_size());
    for (int j = 0; j < given.size(); ++j) {
      EXPECT_TRUE(MessageDifferencer::Equals(given[j], shown->parameters(j)))
          << given[j].ShortDebugString() << " "
          << shown->parameters(j).ShortDebugString();
    }
  }
}

}  // namespace
}  // namespace tunesmith::server
