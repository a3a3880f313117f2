#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/jobs/resolve_spec.h"
#include "tests/server/jobs/sample_spec.h"

namespace tunesmith::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// SampleSpec with text merged into it.
v1::JobSpec SpecWith(const std::string& text) {
  v1::JobSpec spec;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &spec))
      << text;
  v1::JobSpec sample = SampleSpec();
  sample.MergeFrom(spec);
  return sample;
}

std::vector<std::string> BadFields(const v1::JobSpec& spec) {
  std::vector<std::string> fields;
  for (const FieldViolation& violation : CheckSpec(spec, "")) {
    fields.push_back(violation.field);
  }
  return fields;
}

TEST(CheckSpecTest, TheLeastSpecIsFine) {
  EXPECT_THAT(CheckSpec(SampleSpec(), "job.spec"), IsEmpty());
}

TEST(CheckSpecTest, AnEmptySpecNamesAllThatIsRequired) {
  EXPECT_THAT(BadFields({}),
              ElementsAre("base_model", "task", "data.training"));
}

struct Case {
  const char* text;
  // Empty: fine.
  const char* field;
};

class CheckSpecCaseTest : public testing::TestWithParam<Case> {};

TEST_P(CheckSpecCaseTest, IsJudged) {
  std::vector<std::string> bad = BadFields(SpecWith(GetParam().text));
  if (GetParam().field[0] == '\0') {
    EXPECT_THAT(bad, IsEmpty());
  } else {
    EXPECT_THAT(bad, ElementsAre(GetParam().field));
  }
}

constexpr char kTask[] = "task.text_classification.";

INSTANTIATE_TEST_SUITE_P(
    Hyperparameters, CheckSpecCaseTest,
    testing::Values(
        Case{"hyperparameters { epochs: 0 }", "hyperparameters.epochs"},
        Case{"hyperparameters { epochs: nan }", "hyperparameters.epochs"},
        Case{"hyperparameters { epochs: 0.5 }", ""},
        Case{"hyperparameters { epochs: 1000 }", ""},
        Case{"hyperparameters { epochs: 1000.5 }", "hyperparameters.epochs"},
        Case{"hyperparameters { max_steps: 0 }", "hyperparameters.max_steps"},
        Case{"hyperparameters { max_steps: 10000000 }", ""},
        Case{"hyperparameters { max_steps: 10000001 }",
             "hyperparameters.max_steps"},
        Case{"hyperparameters { batch_size: 0 }", "hyperparameters.batch_size"},
        Case{"hyperparameters { batch_size: 65536 }", ""},
        Case{"hyperparameters { batch_size: 65537 }",
             "hyperparameters.batch_size"},
        Case{"hyperparameters { learning_rate: 0 }",
             "hyperparameters.learning_rate"},
        Case{"hyperparameters { learning_rate: 10 }", ""},
        Case{"hyperparameters { learning_rate: inf }",
             "hyperparameters.learning_rate"},
        Case{"hyperparameters { learning_rate: -1e-5 }",
             "hyperparameters.learning_rate"},
        Case{"hyperparameters { weight_decay: 0 }", ""},
        Case{"hyperparameters { weight_decay: 1.1 }",
             "hyperparameters.weight_decay"},
        Case{"hyperparameters { adamw { beta1: 1 } }",
             "hyperparameters.adamw.beta1"},
        Case{"hyperparameters { adamw { beta2: -0.1 } }",
             "hyperparameters.adamw.beta2"},
        Case{"hyperparameters { adamw { epsilon: 0 } }",
             "hyperparameters.adamw.epsilon"},
        Case{"hyperparameters { adamw { epsilon: 0.1 beta1: 0 } }", ""},
        Case{"hyperparameters { schedule {} }", "hyperparameters.schedule"},
        Case{"hyperparameters { warmup_fraction: 1 }", ""},
        Case{"hyperparameters { warmup_fraction: 1.01 }",
             "hyperparameters.warmup_fraction"},
        Case{"hyperparameters { max_gradient_norm: 0 }", ""},
        Case{"hyperparameters { max_gradient_norm: 2e6 }",
             "hyperparameters.max_gradient_norm"},
        Case{"hyperparameters { label_smoothing: 0.6 }",
             "hyperparameters.label_smoothing"},
        Case{"hyperparameters { dropout: 0.9 }", ""},
        Case{"hyperparameters { dropout: 0.91 }", "hyperparameters.dropout"}));

INSTANTIATE_TEST_SUITE_P(
    Task, CheckSpecCaseTest,
    testing::Values(
        Case{"task { text_classification { text_column: \"\" } }",
             "task.text_classification.text_column"},
        Case{"task { text_classification { text_column: \"label\" } }",
             "task.text_classification.label_column"},
        Case{"task { image_classification { image_column: \"\" } }",
             "task.image_classification.image_column"},
        Case{"task { image_classification { label_column: \"image\" } }",
             "task.image_classification.label_column"},
        Case{"task { image_classification { labels: \"a\" } }",
             "task.image_classification.labels"},
        Case{"task { image_classification { class_weights {} } }",
             "task.image_classification.class_weights"},
        Case{"task { image_classification { class_weights { balanced {} } } }",
             ""},
        Case{"task { text_classification { max_length: 7 } }",
             "task.text_classification.max_length"},
        Case{"task { text_classification { max_length: 8 } }", ""},
        Case{"task { text_classification { labels: \"a\" } }",
             "task.text_classification.labels"},
        Case{"task { text_classification { labels: [\"a\", \"a\"] } }",
             "task.text_classification.labels[1]"},
        Case{"task { text_classification { labels: [\"a\", \"\"] } }",
             "task.text_classification.labels[1]"},
        Case{"task { text_classification { class_weights {} } }",
             "task.text_classification.class_weights"},
        Case{"task { text_classification { class_weights { balanced {} } } }",
             ""},
        Case{"task { text_classification { class_weights { table { weights { "
             "label: 'a' weight: 0 } } } } }",
             "task.text_classification.class_weights.table.weights[0].weight"},
        Case{"task { text_classification { labels: ['a', 'b'] class_weights { "
             "table { weights { label: 'c' weight: 1 } } } } }",
             "task.text_classification.class_weights.table.weights[0].label"},
        Case{"task { text_classification { class_weights { table { weights { "
             "label: 'a' weight: 1 } weights { label: 'a' weight: 2 } } } } }",
             "task.text_classification.class_weights.table.weights[1]"
             ".label"}));

INSTANTIATE_TEST_SUITE_P(
    DataAndPolicies, CheckSpecCaseTest,
    testing::Values(
        Case{"base_model: 'bert'", "base_model"},
        Case{"data { training: 'datasets/../x' }", "data.training"},
        Case{"data { validation: 'models/x' }", "data.validation"},
        Case{"data { test: 'datasets/' }", "data.test"},
        Case{"data { validation_fraction: 0.51 }", "data.validation_fraction"},
        Case{"data { validation_fraction: nan }", "data.validation_fraction"},
        Case{"data { validation_fraction: 0.2 validation: 'datasets/v' }",
             "data.validation_fraction"},
        Case{"data { validation_fraction: 0 validation: 'datasets/v' }", ""},
        Case{"data { validation_fraction: 0 }", ""},
        Case{"data { validation_fraction: 0 } evaluation { keep_best: true }",
             "evaluation.keep_best"},
        Case{"data { validation_fraction: 0 } evaluation { keep_best: false }",
             ""},
        Case{"data { validation_fraction: 0 } "
             "evaluation { early_stopping {} }",
             "evaluation.early_stopping"},
        Case{"evaluation { early_stopping { patience: 0 } }",
             "evaluation.early_stopping.patience"},
        Case{"evaluation { early_stopping { patience: 1001 } }",
             "evaluation.early_stopping.patience"},
        Case{"evaluation { early_stopping { min_delta: -1 } }",
             "evaluation.early_stopping.min_delta"},
        Case{"freeze {}", "freeze"},
        Case{"freeze { first_layers { count: -1 } }",
             "freeze.first_layers.count"},
        Case{"freeze { last_layers_trainable { count: -1 } }",
             "freeze.last_layers_trainable.count"},
        Case{"freeze { patterns {} }", "freeze.patterns"},
        Case{"freeze { patterns { frozen: '' } }", "freeze.patterns.frozen[0]"},
        Case{"freeze { gradual_unfreezing { epochs_per_stage: 0 } }",
             "freeze.gradual_unfreezing.epochs_per_stage"},
        Case{"freeze { gradual_unfreezing { layers_per_stage: 0 } }",
             "freeze.gradual_unfreezing.layers_per_stage"},
        Case{"freeze { gradual_unfreezing {} }", ""},
        Case{"hyperparameters { layer_decay: 0 }",
             "hyperparameters.layer_decay"},
        Case{"hyperparameters { layer_decay: 1 }", ""},
        Case{"hyperparameters { learning_rate_groups { factor: 2 } }",
             "hyperparameters.learning_rate_groups[0].pattern"},
        Case{"hyperparameters { learning_rate_groups { pattern: '*' } }",
             "hyperparameters.learning_rate_groups[0].factor"},
        Case{"hyperparameters { schedule {} }", "hyperparameters.schedule"},
        Case{"hyperparameters { schedule { one_cycle { initial_divisor: 0.5 } "
             "} }",
             "hyperparameters.schedule.one_cycle.initial_divisor"},
        Case{"hyperparameters { schedule { one_cycle { final_divisor: 0 } } }",
             "hyperparameters.schedule.one_cycle.final_divisor"},
        Case{"max_attempts: 0", "max_attempts"}, Case{"max_attempts: 10", ""},
        Case{"max_attempts: 11", "max_attempts"},
        Case{"max_run_time { nanos: 999999999 }", "max_run_time"},
        Case{"max_run_time { seconds: 1 }", ""},
        Case{"max_run_time { seconds: 1 nanos: -1 }", "max_run_time"},
        Case{"max_run_time { seconds: 315576000001 }", "max_run_time"},
        Case{"seed: -5", ""},
        Case{"hyperparameters { precision: TF32 deterministic: false }", ""},
        Case{"resources { device_memory_bytes: 0 }", ""},
        Case{"resources { device_memory_bytes: 1125899906842624 }", ""},
        Case{"resources { device_memory_bytes: 1125899906842625 }",
             "resources.device_memory_bytes"},
        Case{"resources { device_memory_bytes: -1 }",
             "resources.device_memory_bytes"}));

INSTANTIATE_TEST_SUITE_P(
    SplitsAndCleaning, CheckSpecCaseTest,
    testing::Values(
        Case{"data { split_column: 'split' }", ""},
        // None, also for pictures in folders of splits.
        Case{"data { split_column: '' }", ""},
        Case{"data { split_column: 'text' }", "data.split_column"},
        Case{"data { split_column: 'label' }", "data.split_column"},
        Case{"task { image_classification {} } data { split_column: 'image' }",
             "data.split_column"},
        Case{"data { split_column: 's' validation_fraction: 0 } "
             "evaluation { early_stopping {} keep_best: true }",
             ""},
        Case{"data { group_duplicates: false }", ""},
        Case{"data { cleaning { max_dropped_fraction: 0 } }", ""},
        Case{"data { cleaning { max_dropped_fraction: 1 } }", ""},
        Case{"data { cleaning { max_dropped_fraction: 1.01 } }",
             "data.cleaning.max_dropped_fraction"},
        Case{"data { cleaning { max_dropped_fraction: nan } }",
             "data.cleaning.max_dropped_fraction"},
        Case{"data { cleaning { label_normalization: FOLD } }", ""},
        Case{"task { image_classification { image_size: 32 } }", ""},
        Case{"task { image_classification { image_size: 1024 } }", ""},
        Case{"task { image_classification { image_size: 31 } }",
             "task.image_classification.image_size"},
        Case{"task { image_classification { image_size: 1025 } }",
             "task.image_classification.image_size"},
        Case{"checkpoints { retention {} }", ""},
        Case{"checkpoints { retention { seconds: 316224000 } }", ""},
        Case{"checkpoints { retention { seconds: 316224000 nanos: 1 } }",
             "checkpoints.retention"},
        Case{"checkpoints { retention { seconds: -1 } }",
             "checkpoints.retention"}));

TEST(CheckSpecTest, UnknownEnumNumbersAreRefused) {
  v1::JobSpec spec = SampleSpec();
  spec.mutable_data()->set_order(static_cast<v1::Data::Order>(99));
  spec.mutable_data()->mutable_cleaning()->set_invalid_utf8(
      static_cast<v1::CleaningPolicy::Action>(99));
  spec.mutable_data()->mutable_cleaning()->set_label_normalization(
      static_cast<v1::CleaningPolicy::LabelNormalization>(99));
  spec.set_purpose(static_cast<v1::JobSpec::Purpose>(99));
  spec.mutable_hyperparameters()->set_precision(
      static_cast<v1::Hyperparameters::Precision>(99));
  spec.mutable_evaluation()->set_primary_metric(
      static_cast<v1::EvaluationPolicy::Metric>(99));
  spec.mutable_resources()->set_device_kind(
      static_cast<v1::Resources::DeviceKind>(99));
  EXPECT_THAT(
      BadFields(spec),
      ElementsAre("purpose", "data.order", "data.cleaning.invalid_utf8",
                  "data.cleaning.label_normalization",
                  "hyperparameters.precision", "evaluation.primary_metric",
                  "resources.device_kind"));
}

TEST(CheckSpecTest, AJobThatMeasuresSaysNothingAboutTraining) {
  auto bad = [](const std::string& text) {
    v1::JobSpec spec;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        "base_model: 'models/m' purpose: EVALUATE " + text, &spec));
    return BadFields(spec);
  };
  EXPECT_THAT(
      bad("task { text_classification {} } data { test: 'datasets/t' }"),
      IsEmpty());
  EXPECT_THAT(
      bad("task { text_classification { text_column: 'a' label_column: 'b' "
          "max_length: 64 } } data { test: 'datasets/t' cleaning { "
          "label_normalization: FOLD max_dropped_fraction: 1 } } resources { "
          "device_kind: CPU } max_attempts: 2 max_run_time { seconds: 60 }"),
      IsEmpty());
  EXPECT_THAT(bad("task { image_classification { image_size: 64 } }"),
              ElementsAre("data.test"));
  EXPECT_THAT(
      bad("task { text_classification { class_weights { balanced {} } } } data "
          "{ training: 'datasets/t' test: 'datasets/t' order: SHUFFLED } "
          "hyperparameters { epochs: 3 } freeze { none {} } seed: 1"),
      ElementsAre("task.text_classification.class_weights.balanced",
                  "data.training", "data.order", "hyperparameters.epochs",
                  "freeze.none", "seed"));
}

TEST(CheckSpecTest, AllProblemsAreReportedAtOnceUnderThePrefix) {
  v1::JobSpec spec = SpecWith(
      "hyperparameters { batch_size: -1 learning_rate: 11 } max_attempts: 99");
  std::vector<FieldViolation> violations = CheckSpec(spec, "job.spec");
  ASSERT_EQ(violations.size(), 3u);
  EXPECT_EQ(violations[0].field, "job.spec.hyperparameters.batch_size");
  EXPECT_EQ(violations[0].description, "must be from 1 to 65536, got: -1");
  EXPECT_EQ(violations[1].description,
            "must be above 0 and at most 10, got: 11");
}

TEST(CheckSpecTest, TooManyLabelsAndPatternsAreRefused) {
  v1::JobSpec spec = SampleSpec();
  for (int i = 0; i < 32769; ++i) {
    spec.mutable_task()->mutable_text_classification()->add_labels(
        std::to_string(i));
  }
  auto& patterns = *spec.mutable_freeze()->mutable_patterns();
  patterns.add_frozen(std::string(257, 'a'));
  EXPECT_THAT(BadFields(spec), ElementsAre(std::string(kTask) + "labels",
                                           "freeze.patterns.frozen[0]"));
  for (int i = 0; i < 256; ++i) patterns.add_trainable("a");
  EXPECT_THAT(BadFields(spec),
              ElementsAre(std::string(kTask) + "labels", "freeze.patterns"));
}

}  // namespace
}  // namespace tunesmith::server
