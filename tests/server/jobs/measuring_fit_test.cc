#include "server/jobs/measuring_fit.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/server/jobs/resolve_spec_fixture.h"

namespace tunesmith::server {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class MeasuringTest : public ResolveSpecTest {
 protected:
  MeasuringTest() {
    spec_.set_purpose(v1::JobSpec::EVALUATE);
    spec_.mutable_data()->clear_training();
    spec_.mutable_data()->set_test("datasets/test");
    model_.add_head_labels("neg");
    model_.add_head_labels("pos");
    model_.add_head_labels("neutral");
  }
  ResolvedSpec Measure() {
    return ResolveSpec(spec_,
                       {.model = &model_,
                        .facts = &facts_,
                        .test = &test_,
                        .origin = &origin_},
                       "job.spec");
  }

  v1::Dataset test_ = SampleDataset("datasets/test", {{"pos", 6}, {"neg", 4}});
  v1::JobSpec origin_;
};

TEST_F(MeasuringTest, TheHeadsLabelsAreTheJobs) {
  ResolvedSpec resolved = Measure();
  EXPECT_THAT(resolved.violations, IsEmpty());
  EXPECT_THAT(resolved.unchecked, IsEmpty());
  const v1::JobSpec& spec = resolved.spec;
  const auto& text = spec.task().text_classification();
  EXPECT_THAT(text.labels(), ElementsAre("neg", "pos", "neutral"));
  EXPECT_EQ(text.text_column(), "text");
  EXPECT_EQ(text.max_length(), 256);
  EXPECT_DOUBLE_EQ(spec.data().cleaning().max_dropped_fraction(), 0.01);
  EXPECT_FALSE(spec.has_hyperparameters());
  EXPECT_FALSE(spec.has_freeze());
  EXPECT_FALSE(spec.has_evaluation());
  // As it is stored it may be sent again.
  EXPECT_THAT(CheckSpec(spec, ""), IsEmpty());
  spec_ = spec;
  EXPECT_TRUE(MessageDifferencer::Equals(Measure().spec, spec));
}

TEST_F(MeasuringTest, SamplesAreReadAsInTheModelsTraining) {
  auto& origin = *origin_.mutable_task()->mutable_text_classification();
  origin.set_text_column("body");
  origin.set_label_column("label");
  origin.set_max_length(64);
  origin_.mutable_data()->mutable_cleaning()->set_label_normalization(
      v1::CleaningPolicy::FOLD);
  test_.mutable_columns(1)->mutable_values(0)->set_value("POS");
  // Its text column is not there.
  ResolvedSpec resolved = Measure();
  EXPECT_THAT(resolved.violations, IsEmpty());
  EXPECT_EQ(resolved.spec.task().text_classification().text_column(), "text");
  EXPECT_EQ(resolved.spec.task().text_classification().max_length(), 64);
  EXPECT_EQ(resolved.spec.data().cleaning().label_normalization(),
            v1::CleaningPolicy::FOLD);
  test_.mutable_columns(0)->set_name("body");
  EXPECT_EQ(Measure().spec.task().text_classification().text_column(), "body");
}

TEST_F(MeasuringTest, WhatDoesNotFitTheHeadIsRefused) {
  auto problem = [this] {
    ResolvedSpec resolved = Measure();
    return resolved.violations.size() == 1
               ? resolved.violations[0].field + ": " +
                     resolved.violations[0].description
               : "";
  };
  test_.mutable_columns(1)->mutable_values(0)->set_value("good");
  EXPECT_EQ(problem(),
            "job.spec.data.test: datasets/test holds labels that the head of "
            "models/bert does not: \"good\"");
  test_.mutable_columns(1)->mutable_values(0)->set_value("pos");
  task().add_labels("pos");
  task().add_labels("neg");
  EXPECT_THAT(problem(), HasSubstr("must be the 3 labels of the head"));
  task().clear_labels();
  model_.clear_head_labels();
  EXPECT_THAT(problem(), HasSubstr("job.spec.base_model: models/bert has no "
                                   "head"));
}

}  // namespace
}  // namespace tunesmith::server
