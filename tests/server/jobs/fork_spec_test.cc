#include "server/jobs/fork_spec.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/jobs/sample_spec.h"

namespace tunesmith::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

google::protobuf::FieldMask Mask(std::initializer_list<const char*> paths) {
  google::protobuf::FieldMask mask;
  for (const char* path : paths) mask.add_paths(path);
  return mask;
}

v1::JobSpec Original() {
  v1::JobSpec spec = SampleSpec();
  v1::Hyperparameters& values = *spec.mutable_hyperparameters();
  values.set_epochs(3);
  values.set_batch_size(16);
  values.set_learning_rate(1e-4);
  values.set_weight_decay(0.1);
  v1::Hyperparameters::LearningRateGroup& group =
      *values.add_learning_rate_groups();
  group.set_pattern("*.bias");
  group.set_factor(2);
  spec.mutable_freeze()->mutable_first_layers()->set_count(1);
  return spec;
}

TEST(ChangedSpecTest, WithoutAMaskTakesWhatIsSet) {
  v1::JobSpec changes;
  changes.mutable_hyperparameters()->set_epochs(5);
  changes.mutable_hyperparameters()->add_learning_rate_groups()->set_pattern(
      "*");
  changes.mutable_freeze()->mutable_none();
  v1::JobSpec spec = ChangedSpec(Original(), changes, {});
  const v1::Hyperparameters& values = spec.hyperparameters();
  EXPECT_EQ(values.epochs(), 5);
  EXPECT_EQ(values.learning_rate(), 1e-4);
  EXPECT_EQ(values.batch_size(), 16);
  ASSERT_EQ(values.learning_rate_groups_size(), 1);
  EXPECT_EQ(values.learning_rate_groups(0).pattern(), "*");
  EXPECT_TRUE(spec.freeze().has_none());
  EXPECT_EQ(spec.base_model(), "models/bert");
  EXPECT_TRUE(spec.task().has_text_classification());
}

TEST(ChangedSpecTest, OneOfTwoWaysToSayTheSameReplacesTheOther) {
  v1::JobSpec changes;
  changes.mutable_hyperparameters()->set_max_steps(100);
  v1::JobSpec spec = ChangedSpec(Original(), changes, {});
  EXPECT_TRUE(spec.hyperparameters().has_max_steps());
  EXPECT_FALSE(spec.hyperparameters().has_epochs());
}

TEST(ChangedSpecTest, TakesTheFieldsOfTheMaskAlone) {
  v1::JobSpec changes;
  changes.mutable_hyperparameters()->set_epochs(5);
  changes.mutable_hyperparameters()->set_weight_decay(0);
  v1::JobSpec spec =
      ChangedSpec(Original(), changes,
                  Mask({"hyperparameters.weight_decay",
                        "hyperparameters.learning_rate", "freeze"}));
  EXPECT_EQ(spec.hyperparameters().epochs(), 3);
  EXPECT_EQ(spec.hyperparameters().weight_decay(), 0);
  // Not set in the changes: the default again.
  EXPECT_FALSE(spec.hyperparameters().has_learning_rate());
  EXPECT_EQ(spec.freeze().kind_case(), v1::FreezePolicy::KIND_NOT_SET);
}

TEST(CheckSpecMaskTest, NamesWhatIsNoField) {
  EXPECT_THAT(CheckSpecMask(Mask({"freeze", "hyperparameters.epochs"})),
              IsEmpty());
  EXPECT_THAT(
      CheckSpecMask(Mask({"freeze", "spec.freeze", "hyperparameters.eepochs"})),
      ElementsAre(FieldViolation{"update_mask.paths[1]",
                                 "not a field of a spec: \"spec.freeze\""},
                  FieldViolation{
                      "update_mask.paths[2]",
                      "not a field of a spec: \"hyperparameters.eepochs\""}));
}

std::vector<std::string> FieldsOf(const std::vector<FieldViolation>& found) {
  std::vector<std::string> fields;
  for (const FieldViolation& violation : found) {
    fields.push_back(violation.field);
  }
  return fields;
}

TEST(CheckForkTest, WhatThePositionDependsOnMustStay) {
  v1::JobSpec fork = Original();
  fork.mutable_hyperparameters()->set_learning_rate(1);
  fork.mutable_hyperparameters()->set_precision(v1::Hyperparameters::TF32);
  fork.mutable_hyperparameters()->set_deterministic(false);
  fork.mutable_resources()->set_device_memory_bytes(1);
  fork.mutable_freeze()->mutable_none();
  EXPECT_THAT(CheckFork(Original(), fork, {}, "job.spec"), IsEmpty());
  fork.set_base_model("models/other");
  fork.mutable_task()->mutable_text_classification()->set_max_length(8);
  fork.mutable_data()->set_training("datasets/other");
  fork.set_seed(7);
  fork.mutable_hyperparameters()->set_batch_size(8);
  EXPECT_THAT(FieldsOf(CheckFork(Original(), fork, {}, "job.spec")),
              UnorderedElementsAre("job.spec.base_model", "job.spec.task",
                                   "job.spec.data", "job.spec.seed",
                                   "job.spec.hyperparameters.batch_size"));
}

TEST(CheckForkTest, ThereMustBeSomethingLeftToDo) {
  v1::Checkpoint checkpoint;
  checkpoint.set_step(30);
  checkpoint.set_epoch(3);
  v1::JobSpec fork = Original();
  EXPECT_THAT(FieldsOf(CheckFork(Original(), fork, checkpoint, "job.spec")),
              ElementsAre("job.spec.hyperparameters.epochs"));
  fork.mutable_hyperparameters()->set_epochs(3.5);
  EXPECT_THAT(CheckFork(Original(), fork, checkpoint, "job.spec"), IsEmpty());
  fork.mutable_hyperparameters()->set_max_steps(30);
  EXPECT_THAT(FieldsOf(CheckFork(Original(), fork, checkpoint, "job.spec")),
              ElementsAre("job.spec.hyperparameters.max_steps"));
  fork.mutable_hyperparameters()->set_max_steps(31);
  EXPECT_THAT(CheckFork(Original(), fork, checkpoint, "job.spec"), IsEmpty());
}

}  // namespace
}  // namespace tunesmith::server
