#ifndef TUNESMITH_TESTS_SERVER_JOBS_RESOLVE_SPEC_FIXTURE_H_
#define TUNESMITH_TESTS_SERVER_JOBS_RESOLVE_SPEC_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>

#include "server/jobs/resolve_spec.h"
#include "tests/server/jobs/sample_spec.h"

namespace tunesmith::server {

// A spec, and the model and datasets that it is resolved against.
class ResolveSpecTest : public testing::Test {
 protected:
  SpecInputs Inputs() {
    return {.model = &model_,
            .facts = &facts_,
            .training = &training_,
            .validation = has_validation_ ? &validation_ : nullptr};
  }
  ResolvedSpec Resolve() { return ResolveSpec(spec_, Inputs(), "job.spec"); }
  v1::TextClassification& task() {
    return *spec_.mutable_task()->mutable_text_classification();
  }
  void UseValidation() {
    has_validation_ = true;
    spec_.mutable_data()->set_validation("datasets/val");
  }
  void UsePictures() {
    spec_.mutable_task()->mutable_image_classification();
    training_.mutable_format()->set_kind(v1::DatasetFormat::IMAGES);
    training_.mutable_columns(0)->set_name("image");
    model_.set_tasks(0, v1::IMAGE_CLASSIFICATION);
    facts_.mutable_heads(0)->set_task(v1::IMAGE_CLASSIFICATION);
  }
  // Gives training data a column with these values and rows.
  v1::DatasetColumn& AddColumn(
      const std::string& name,
      std::initializer_list<std::pair<const char*, int>> values) {
    v1::DatasetColumn& column = *training_.add_columns();
    column.set_name(name);
    column.set_type(v1::DatasetColumn::STRING);
    for (const auto& [value, count] : values) {
      column.add_values()->set_value(value);
      column.mutable_values(column.values_size() - 1)->set_count(count);
    }
    column.set_distinct_count(column.values_size());
    return column;
  }
  void ExpectOne(const std::string& field, const std::string& text,
                 v1::ErrorReason reason) {
    ResolvedSpec resolved = Resolve();
    ASSERT_THAT(resolved.violations, testing::SizeIs(1));
    EXPECT_EQ(resolved.violations[0].field, "job.spec." + field);
    EXPECT_THAT(resolved.violations[0].description, testing::HasSubstr(text));
    EXPECT_EQ(resolved.reason, reason);
  }

  v1::JobSpec spec_ = SampleSpec();
  v1::Model model_ = SampleModel();
  internal::v1::ModelFacts facts_ = SampleFacts();
  v1::Dataset training_ =
      SampleDataset("datasets/train", {{"pos", 60}, {"neg", 40}});
  v1::Dataset validation_ =
      SampleDataset("datasets/val", {{"pos", 6}, {"neg", 4}});
  bool has_validation_ = false;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_TESTS_SERVER_JOBS_RESOLVE_SPEC_FIXTURE_H_
