#include "client/cli/commands/job_request.h"

#include "client/cli/commands/command_options.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(FreezeFlagsTest, NamedPolicies) {
  auto policy = [](std::vector<std::string> freeze) {
    return FreezePolicyOf({.freeze = std::move(freeze)}).value().value();
  };
  EXPECT_TRUE(policy({"none"}).has_none());
  EXPECT_TRUE(policy({"backbone"}).has_backbone());
  EXPECT_EQ(policy({"first:3"}).first_layers().count(), 3);
  EXPECT_EQ(policy({"last:0"}).last_layers_trainable().count(), 0);
  EXPECT_THAT(policy({"bert.*", "*.bias"}).patterns().frozen(),
              ElementsAre("bert.*", "*.bias"));
  EXPECT_FALSE(FreezePolicyOf({}).value().has_value());
}

TEST(FreezeFlagsTest, TypingErrorsAreNotTakenForPatterns) {
  for (const char* value : {"frist:2", "first:x", "first:-1", "Backbone", ""}) {
    EXPECT_EQ(FreezePolicyOf({.freeze = {value}}).status().code(),
              absl::StatusCode::kInvalidArgument)
        << value;
  }
  EXPECT_FALSE(FreezePolicyOf({.freeze = {"backbone", "bert.*"}}).ok());
  EXPECT_FALSE(FreezePolicyOf({.freeze = {"none"}, .trainable = {"a.*"}}).ok());
}

TEST(AugmentFlagsTest, WordsBecomeOperationsInOrder) {
  auto augmentation = AugmentationOf(
      {.augment = "crop=0.5,hflip,rotation=15,jitter=0.3,erasing=0.25,mixup"});
  ASSERT_TRUE(augmentation.ok()) << augmentation.status();
  EXPECT_EQ((*augmentation)->ShortDebugString(),
            "operations { random_resized_crop { min_area: 0.5 } } "
            "operations { horizontal_flip { } } "
            "operations { rotation { degrees: 15 } } "
            "operations { color_jitter { brightness: 0.3 contrast: 0.3 "
            "saturation: 0.3 } } "
            "operations { probability: 0.25 random_erasing { } } "
            "mixup { }");
  EXPECT_EQ((*AugmentationOf({.augment = "zoom=0.5,vflip=1,hue=0.1,"
                                         "randaugment=12,cutmix=0.5"}))
                ->ShortDebugString(),
            "operations { zoom { min_factor: 0.5 max_factor: 1.5 } } "
            "operations { probability: 1 vertical_flip { } } "
            "operations { color_jitter { brightness: 0 contrast: 0 "
            "saturation: 0 hue: 0.1 } } "
            "operations { rand_augment { magnitude: 12 } } "
            "cutmix { alpha: 0.5 }");
}

TEST(AugmentFlagsTest, NoneIsNotTheDefault) {
  EXPECT_FALSE(AugmentationOf({})->has_value());
  ASSERT_TRUE(AugmentationOf({.no_augment = true})->has_value());
  EXPECT_EQ((*AugmentationOf({.no_augment = true}))->operations_size(), 0);
  v1::CreateJobRequest request;
  JobFlags flags;
  flags.no_augment = true;
  ASSERT_TRUE(ApplyFlags(flags, request).ok());
  EXPECT_TRUE(request.job().spec().has_augmentation());
}

TEST(AugmentFlagsTest, TypingErrorsAreNamed) {
  for (const char* value :
       {"flip", "rotation", "rotation=", "rotation=x", "hflip=", "hflip,", ",",
        "crop =1", "mixup,cutmix"}) {
    EXPECT_EQ(AugmentationOf({.augment = value}).status().code(),
              absl::StatusCode::kInvalidArgument)
        << value;
  }
}

TEST(JobFileTest, HoldsAJobOrAWholeRequest) {
  auto job = ParseJobFile(R"({"spec": {"baseModel": "models/m"}})", "/d");
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->job().spec().base_model(), "models/m");
  auto request = ParseJobFile(
      R"({"job_id": "x", "job": {"spec": {"base_model": "models/m"}}})", "/d");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->job_id(), "x");
  EXPECT_EQ(request->job().spec().base_model(), "models/m");
}

TEST(JobFileTest, LocalDataAreRelativeToTheFile) {
  auto request = ParseJobFile(
      R"({"spec": {"data": {"training": "a.csv", "test": "/abs/b.csv",
                            "validation": "datasets/c"}}})",
      "/dir");
  ASSERT_TRUE(request.ok()) << request.status();
  const v1::Data& data = request->job().spec().data();
  EXPECT_EQ(data.training(), "/dir/a.csv");
  EXPECT_EQ(data.test(), "/abs/b.csv");
  EXPECT_EQ(data.validation(), "datasets/c");
}

TEST(JobFileTest, MistakesAreNamed) {
  absl::Status status =
      ParseJobFile(R"({"spec": {"bathSize": 3}})", "").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("bathSize"));
  EXPECT_FALSE(ParseJobFile("{", "").ok());
  EXPECT_FALSE(ParseJobFile("", "").ok());
}

TEST(JobFileTest, AMisspeltKeyIsToldWhatWasMeant) {
  auto mistake = [](const std::string& json) {
    return std::string(ParseJobFile(json, "").status().message());
  };
  EXPECT_EQ(mistake(R"({"spec": {"baseModle": "models/m"}})"),
            "job file: spec.baseModle: JobSpec has no such field (did you mean "
            "baseModel?)");
  EXPECT_EQ(mistake(R"({"spec": {"bath_size": 3}})"),
            "job file: spec.bath_size: JobSpec has no such field (did you mean "
            "hyperparameters.batch_size?)");
  EXPECT_EQ(mistake(R"({"job": {"priority": 1}, "validateOny": true})"),
            "job file: validateOny: CreateJobRequest has no such field (did "
            "you mean validateOnly?)");
  EXPECT_EQ(mistake(R"({"spec": {"augmentation": {"operations": [
                       {"zoom": {}}, {"rotaton": {"degrees": 5}}]}}})"),
            "job file: spec.augmentation.operations[1].rotaton: "
            "AugmentationOperation has no such field (did you mean rotation?)");
  EXPECT_EQ(mistake(R"({"spec": {"qqqq": 3}})"),
            "job file: spec.qqqq: JobSpec has no such field");
  // Keys of maps are anybody's, and a duration is a text.
  EXPECT_TRUE(ParseJobFile(R"({"labels": {"baseModle": "x"},
                               "spec": {"maxRunTime": "60s"}})",
                           "")
                  .ok());
}

TEST(JobFlagsTest, FlagsWinOverTheFileAndLeaveTheRest) {
  v1::CreateJobRequest request =
      ParseJobFile(R"({"spec": {"baseModel": "models/a", "seed": "7",
                                "hyperparameters": {"epochs": 3,
                                                    "batchSize": 8}}})",
                   "")
          .value();
  JobFlags flags;
  flags.model = "b";
  flags.max_steps = 5;
  flags.train = "datasets/t";
  flags.priority = 0;
  ApplySources(flags, *request.mutable_job()->mutable_spec()->mutable_data());
  ASSERT_TRUE(ApplyFlags(flags, request).ok());
  const v1::JobSpec& spec = request.job().spec();
  EXPECT_EQ(spec.base_model(), "models/b");
  EXPECT_EQ(spec.seed(), 7);
  EXPECT_EQ(spec.hyperparameters().max_steps(), 5);
  EXPECT_FALSE(spec.hyperparameters().has_epochs());
  EXPECT_EQ(spec.hyperparameters().batch_size(), 8);
  EXPECT_EQ(spec.data().training(), "datasets/t");
  EXPECT_TRUE(spec.task().has_text_classification());
}

TEST(JobFlagsTest, WithoutFlagsNothingIsSet) {
  v1::CreateJobRequest request;
  ASSERT_TRUE(ApplyFlags({}, request).ok());
  EXPECT_FALSE(request.job().spec().has_hyperparameters());
  EXPECT_FALSE(request.job().spec().has_seed());
  EXPECT_FALSE(request.job().spec().has_freeze());
  EXPECT_FALSE(request.job().spec().has_augmentation());
}

// What flags make of an empty request.
v1::JobSpec SpecOf(const JobFlags& flags) {
  v1::CreateJobRequest request;
  absl::Status status = ApplyFlags(flags, request);
  EXPECT_TRUE(status.ok()) << status;
  return request.job().spec();
}

TEST(JobFlagsTest, SplitsAndCleaning) {
  JobFlags flags;
  flags.split_column = "part";
  flags.validation_fraction = 0.2;
  flags.group_duplicates = false;
  flags.incomplete_rows = "fail";
  flags.invalid_utf8 = "fail";
  flags.malformed_rows = "drop";
  flags.unreadable_images = "fail";
  flags.max_dropped_fraction = 0;
  flags.label_normalization = "fold";
  EXPECT_EQ(SpecOf(flags).data().ShortDebugString(),
            "validation_fraction: 0.2 cleaning { incomplete_rows: FAIL "
            "invalid_utf8: FAIL malformed_rows: DROP_ROW unreadable_images: "
            "FAIL max_dropped_fraction: 0 label_normalization: FOLD } "
            "split_column: \"part\" group_duplicates: false");
}

TEST(JobFlagsTest, BestWeightsAndCheckpoints) {
  JobFlags flags;
  flags.primary_metric = "macro-f1";
  flags.early_stopping = "3:0.001";
  flags.keep_best = false;
  flags.checkpoint_retention = "7d";
  flags.label_smoothing = 0.1;
  v1::JobSpec spec = SpecOf(flags);
  EXPECT_EQ(spec.evaluation().ShortDebugString(),
            "primary_metric: MACRO_F1 early_stopping { patience: 3 min_delta: "
            "0.001 } keep_best: false");
  EXPECT_EQ(spec.checkpoints().retention().seconds(), 7 * 24 * 3600);
  EXPECT_DOUBLE_EQ(spec.hyperparameters().label_smoothing(), 0.1);

  flags.early_stopping = "2";
  EXPECT_FALSE(SpecOf(flags).evaluation().early_stopping().has_min_delta());
  for (const char* bad : {"x", "2:", "2:x", ":1", "2.5"}) {
    flags.early_stopping = bad;
    v1::CreateJobRequest request;
    EXPECT_THAT(std::string(ApplyFlags(flags, request).message()),
                HasSubstr("--early-stopping takes EPOCHS"))
        << bad;
  }
}

TEST(JobFlagsTest, SizesAndColumnsAreForTheirTask) {
  JobFlags flags;
  flags.image_size = 384;
  v1::CreateJobRequest request;
  EXPECT_THAT(std::string(ApplyFlags(flags, request).message()),
              HasSubstr("for pictures"));
  request.mutable_job()
      ->mutable_spec()
      ->mutable_task()
      ->mutable_image_classification();
  ASSERT_TRUE(ApplyFlags(flags, request).ok());
  EXPECT_EQ(request.job().spec().task().image_classification().image_size(),
            384);
}

TEST(ClassWeightFlagsTest, BalancedOrATable) {
  EXPECT_FALSE(ClassWeightsOf({}).value().has_value());
  EXPECT_TRUE(ClassWeightsOf({{"balanced"}}).value()->has_balanced());
  auto weights = ClassWeightsOf({{"spam=3", "a=b=0.5"}}).value();
  ASSERT_EQ(weights->table().weights_size(), 2);
  EXPECT_EQ(weights->table().weights(0).label(), "spam");
  EXPECT_EQ(weights->table().weights(0).weight(), 3);
  EXPECT_EQ(weights->table().weights(1).label(), "a=b");
  for (const char* bad : {"spam", "spam=", "=3", "spam=x", "Balanced"}) {
    EXPECT_THAT(std::string(ClassWeightsOf({{bad}}).status().message()),
                HasSubstr("LABEL=WEIGHT"))
        << bad;
  }
  EXPECT_FALSE(ClassWeightsOf({{"balanced", "spam=3"}}).ok());
}

TEST(FileUriTest, PathsBecomeAbsoluteAndEncoded) {
  EXPECT_EQ(FileUri("/a/b c%.csv"), "file:///a/b%20c%25.csv");
  EXPECT_EQ(FileUri("/a/../b/"), "file:///b");
  EXPECT_EQ(FileUri("file:///kept%20as is"), "file:///kept%20as is");
}

TEST(FullNameTest, AddsTheCollectionToAnId) {
  EXPECT_EQ(FullName("jobs", "a"), "jobs/a");
  EXPECT_EQ(FullName("jobs", "jobs/a"), "jobs/a");
}

}  // namespace
}  // namespace tunesmith::cli
